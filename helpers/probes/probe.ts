/**
 * What is asked of a prober and what it reports. The words are those of `prober.mjs`, which says what
 * each verdict means; nothing here judges.
 */
import { z } from 'zod';

/** A way to probe; `connect-only` is a TCP connection to a server that is not ours. */
export type ProbeKind = 'tcp' | 'udp' | 'http' | 'connect-only' | 'lookup' | 'dns';

/** A name resolver of a prober; those but `libc` and `c-ares` are programs in its image. */
export type Resolver = 'libc' | 'c-ares' | 'glibc' | 'musl' | 'go' | 'musl-1-2-4' | 'go-1-12';

/** What an answer must carry; what is left out may be anything. */
export interface Expectation {
  readonly run?: string;
  readonly scenario?: string;
  readonly pods?: readonly string[];
  /** Look-ups only: the addresses, all of them, in any order. */
  readonly addresses?: readonly string[];
}

/** One active measurement. */
export interface Probe {
  readonly kind: ProbeKind;
  readonly host: string;
  /** Needed by every kind but `lookup`. */
  readonly port?: number;
  readonly timeoutMs: number;
  /** TCP and HTTP: payload bytes each way. UDP: length of the datagrams, without IP and UDP headers. */
  readonly size?: number;
  readonly expect?: Expectation;
  /** HTTP only. */
  readonly path?: string;
  /** Look-ups only; `libc` when left out. */
  readonly resolver?: Resolver;
  /** Look-ups through c-ares only: the record type. */
  readonly rrtype?: string;
  /** Look-ups through c-ares only: the DNS server, instead of those in resolv.conf. */
  readonly server?: string;
  readonly family?: 4 | 6;
  /** Questions to a DNS server only: the name, the protocol, and in `size` what EDNS announces. */
  readonly name?: string;
  readonly protocol?: 'TCP' | 'UDP';
}

/** What a probe can find; `prober.mjs` documents which event counts as which. */
export const verdicts = ['open', 'dropped', 'rejected', 'wrong-answer', 'not-run'] as const;

/** What a probe has found. */
export type Verdict = (typeof verdicts)[number];

const marksSchema = z.object({ run: z.string(), scenario: z.string(), pod: z.string() });

const text = z.exactOptional(z.string());

/** What a prober reports of one probe; unknown keys are left aside. */
export const outcomeSchema = z.object({
  verdict: z.enum(verdicts),
  at: z.number(),
  latencyMs: z.number(),
  answeredBy: z.exactOptional(marksSchema),
  clientAddress: text,
  clientPort: z.exactOptional(z.number()),
  /** The address of the vantage as it knows it itself; another one at the server was put there on the way. */
  ownAddress: text,
  serverAddress: text,
  serverPort: z.exactOptional(z.number()),
  status: z.exactOptional(z.number()),
  addresses: z.exactOptional(z.array(z.string())),
  records: z.exactOptional(z.array(z.unknown())),
  rcode: text,
  isTruncated: z.exactOptional(z.boolean()),
  bytes: z.exactOptional(z.number()),
  detail: text,
});

/** What a prober reports of one probe. */
export type Outcome = z.output<typeof outcomeSchema>;

/** One immutable result of a probe: what was found, from where, about what. */
export interface Observation extends Readonly<Outcome> {
  readonly vantage: string;
  readonly target: string;
}

/** Names the target of a probe, such as `10.0.0.7:8080/TCP`. */
export function targetOf(probe: Probe): string {
  if (probe.kind === 'lookup') {
    return `${probe.host} through ${probe.resolver ?? 'libc'}`;
  }
  const host = probe.host.includes(':') ? `[${probe.host}]` : probe.host;
  if (probe.kind === 'dns') {
    return `${probe.name ?? ''} at ${host}:${probe.port ?? 0}/${probe.protocol ?? ''}`;
  }
  return `${host}:${probe.port ?? 0}/${probe.kind === 'connect-only' ? 'TCP' : probe.kind.toUpperCase()}`;
}

/** Says in a few words what was observed. */
export function describeObservation(observation: Outcome): string {
  const { verdict, answeredBy, addresses, detail } = observation;
  const who = answeredBy === undefined ? '' : ` by ${answeredBy.pod}`;
  const found = addresses === undefined ? '' : ` ${addresses.join(', ')}`;
  return `${verdict}${who}${found}${detail === undefined ? '' : ` (${detail})`}`;
}
