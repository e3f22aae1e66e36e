/**
 * What the process of a stack and the processes of a run say to each other, one JSON document a line.
 * A connection begins with one order; "run" makes it the pipes of a program, "stop" keeps a part stopped
 * for as long as the connection lasts or until the next line, every other order gets one answer.
 */
import { z } from 'zod';
import { balancerStatuses, type StackAccess, type StackFacts, stoppableParts } from '../stack.ts';

/** The name of the control socket in the folder of a stack. */
export const socketName = 'control.sock';

/** What a stack's process tells the one that has started it. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** The first line of a connection. */
export const orderForm = z.discriminatedUnion('op', [
  z.object({ op: z.literal('describe') }),
  z.object({ op: z.literal('evidence') }),
  z.object({ op: z.literal('complaints'), sinceMs: z.number() }),
  z.object({ op: z.literal('mark'), id: z.string(), status: z.enum(balancerStatuses) }),
  z.object({ op: z.literal('stop'), part: z.enum(stoppableParts) }),
  z.object({
    op: z.literal('run'),
    at: z.enum(['outside', 'machine']),
    argv: z.array(z.string()).min(1),
  }),
]);

/** Where programs of a run can be started. */
export type Place = Extract<z.output<typeof orderForm>, { op: 'run' }>['at'];

/** An order to the process of a stack. */
export type Order = z.output<typeof orderForm>;

/** A later line of a connection that is a program's pipes, from the one who asked for it. */
export const inputForm = z.object({
  data: z.base64().optional(),
  isEnd: z.literal(true).optional(),
  isKill: z.literal(true).optional(),
});

/** What a program has written, or how it has ended. */
export const outputForm = z.object({
  out: z.base64().optional(),
  err: z.base64().optional(),
  exit: z.number().nullable().optional(),
  problem: z.string().optional(),
});

/** What is said about a stack. */
export const descriptionForm = z.object({
  access: z.object({
    kubeconfigPath: z.string(),
    cloudsYamlPath: z.string(),
    cloudName: z.string(),
  }),
  facts: z.object({
    kubernetes: z.string(),
    nodes: z.array(
      z.object({
        name: z.string(),
        internalIp: z.string(),
        isReady: z.boolean(),
        takesPods: z.boolean(),
        kubelet: z.string(),
      }),
    ),
    openstackSeries: z.string(),
    kuryrVersion: z.string(),
    standIns: z.array(z.string()),
    components: z.record(z.string(), z.string()),
  }),
});

/** What is said about a stack. */
export interface Description {
  readonly access: StackAccess;
  readonly facts: StackFacts;
}

/** Texts that explain a failure. */
export const evidenceForm = z.array(
  z.object({ name: z.string(), contentType: z.string(), body: z.string() }),
);
