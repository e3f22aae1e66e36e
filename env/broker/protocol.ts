/**
 * What broker and clients say to each other: one JSON object a line over a Unix socket. A lease lives as
 * long as its connection, so a killed worker gives everything back.
 */
import { z } from 'zod';

/**
 * What is scarce on a stack. Presence is: who disturbs everybody must be the only one there, so it leases
 * all of it, and every other scenario a piece.
 */
export const leaseKinds = ['loadBalancers', 'floatingIps', 'presence'] as const;

/** A kind of scarce object. */
export type LeaseKind = (typeof leaseKinds)[number];

/** All of the presence on a stack: more pieces than scenarios can run at once. */
export const wholePresence = 1_000;

/** How many objects of each kind may exist at once. */
export type LeaseLimits = Readonly<Record<LeaseKind, number>>;

const requestForm = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('acquire'),
    id: z.string(),
    kind: z.enum(leaseKinds),
    count: z.int().min(1),
    holder: z.string(),
  }),
  z.strictObject({ op: z.literal('release'), id: z.string() }),
]);

/** What a client asks. */
export type BrokerRequest = z.output<typeof requestForm>;

const answerForm = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('granted'), id: z.string() }),
  z.strictObject({
    op: z.literal('waiting'),
    id: z.string(),
    /** How many requests are served before this one. */
    ahead: z.int(),
    inUse: z.int(),
    limit: z.int(),
  }),
  z.strictObject({
    op: z.literal('refused'),
    id: z.string(),
    code: z.enum(['LEASE_OVER_LIMIT', 'LEASE_DEADLOCK']),
    reason: z.string(),
  }),
]);

/** What the broker answers. */
export type BrokerAnswer = z.output<typeof answerForm>;

/** Reads a line from a client. */
export function requestIn(line: string): BrokerRequest {
  return requestForm.parse(JSON.parse(line));
}

/** Reads a line from the broker. */
export function answerIn(line: string): BrokerAnswer {
  return answerForm.parse(JSON.parse(line));
}
