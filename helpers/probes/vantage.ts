/**
 * A place from which one measures. It asks its prober, gives what was seen as observations, and turns a
 * probe that could not run into a ProbeError wherever a scenario would otherwise judge by it.
 */
import { z } from 'zod';
import { ProbeError } from '#env';
import { reading, type Reading } from '../reading.ts';
import type { Message } from './frames.ts';
import type { ProbeChannel, Replies } from './channel.ts';
import {
  describeObservation,
  type Expectation,
  type Observation,
  type Outcome,
  outcomeSchema,
  type Probe,
  type ProbeKind,
  type Resolver,
  targetOf,
} from './probe.ts';
import type { Series, Watch } from './watch.ts';

/** How to probe; what is left out comes from the vantage. */
export interface ProbeOptions {
  readonly timeoutMs?: number;
  readonly size?: number;
  /** Added to the marks of the run and scenario, which every answer must carry. */
  readonly expect?: Expectation;
  readonly path?: string;
}

/** How to look a name up. */
export interface LookupOptions {
  readonly resolver?: Resolver;
  readonly timeoutMs?: number;
  readonly family?: 4 | 6;
  readonly rrtype?: string;
  readonly server?: string;
  readonly addresses?: readonly string[];
}

/** A place from which one measures. */
export interface Vantage {
  readonly name: string;
  /** Runs all probes at once; the observations are in their order. */
  batch(probes: readonly Probe[], signal?: AbortSignal): Promise<Observation[]>;
  /** Builds a probe that expects the marks of the run and scenario. */
  probe(kind: ProbeKind, target: Target, options?: ProbeOptions): Probe;
  tcp(host: string, port: number, options?: ProbeOptions): Reading<Observation>;
  udp(host: string, port: number, options?: ProbeOptions): Reading<Observation>;
  http(host: string, port: number, options?: ProbeOptions): Reading<Observation>;
  /** A TCP connection to a server that is not ours; nothing is sent. */
  connects(host: string, port: number, options?: ProbeOptions): Reading<Observation>;
  lookup(name: string, options?: LookupOptions): Reading<Observation>;
  /** Measures a probe beside a control; without an open control the reading is a ProbeError. */
  beside(control: Probe, probe: Probe): Reading<Observation>;
  /** Samples a probe every so many milliseconds until it is stopped. */
  watch(probe: Probe, options: { readonly everyMs: number }): Promise<Watch>;
}

/** Where a probe goes. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const probeMs = 1_000;
/** A resolver tries again after 5 s, so that one lost datagram is no failed look-up. */
const lookupMs = 12_000;
const stopMs = 30_000;

const indexed = outcomeSchema.extend({ index: z.number().int() });
const sampled = z.object({ samples: z.array(outcomeSchema) });

/** A vantage whose prober is reached over a control channel. */
export class ChannelVantage implements Vantage {
  readonly name: string;
  readonly #channel: ProbeChannel;
  readonly #expected: Expectation;

  constructor(channel: ProbeChannel, expected: Expectation) {
    this.name = channel.name;
    this.#channel = channel;
    this.#expected = expected;
  }

  async batch(probes: readonly Probe[], signal?: AbortSignal): Promise<Observation[]> {
    const replies = await this.#channel.request({
      order: { op: 'batch', probes },
      withinMs: Math.max(0, ...probes.map(({ timeoutMs }) => timeoutMs)),
      signal,
    });
    const outcomes = outcomesOf(replies, this.name);
    return probes.map((probe, index) => {
      const outcome = outcomes.get(index);
      if (outcome === undefined) {
        throw this.#trouble('PROBE_UNANSWERED', probe, 'the prober reported nothing about it');
      }
      return this.#observation(probe, outcome, replies.clockAheadMs);
    });
  }

  probe(kind: ProbeKind, { host, port }: Target, options: ProbeOptions = {}): Probe {
    const { timeoutMs = probeMs, expect, ...rest } = options;
    return { kind, host, port, timeoutMs, ...rest, expect: { ...this.#expected, ...expect } };
  }

  tcp(host: string, port: number, options?: ProbeOptions): Reading<Observation> {
    return this.#reading('TCP probe', this.probe('tcp', { host, port }, options));
  }

  udp(host: string, port: number, options?: ProbeOptions): Reading<Observation> {
    return this.#reading('UDP probe', this.probe('udp', { host, port }, options));
  }

  http(host: string, port: number, options?: ProbeOptions): Reading<Observation> {
    return this.#reading('HTTP probe', this.probe('http', { host, port }, options));
  }

  connects(host: string, port: number, options?: ProbeOptions): Reading<Observation> {
    return this.#reading('connection', this.probe('connect-only', { host, port }, options));
  }

  lookup(name: string, options: LookupOptions = {}): Reading<Observation> {
    const { timeoutMs = lookupMs, addresses, ...rest } = options;
    const expect = addresses === undefined ? {} : { expect: { addresses } };
    return this.#reading('look-up', { kind: 'lookup', host: name, timeoutMs, ...rest, ...expect });
  }

  beside(control: Probe, probe: Probe): Reading<Observation> {
    const name = `probe of ${targetOf(probe)} from ${this.name} beside ${targetOf(control)}`;
    const read = async (signal: AbortSignal): Promise<Observation> => {
      const [live, seen] = await this.batch([control, probe], signal);
      if (live?.verdict !== 'open') {
        const what = live === undefined ? 'missing' : describeObservation(live);
        throw this.#trouble('PROBE_WITHOUT_CONTROL', control, `this live control was ${what}`);
      }
      return this.#ran(probe, seen);
    };
    return reading(name, read, describeObservation);
  }

  async watch(probe: Probe, { everyMs }: { readonly everyMs: number }): Promise<Watch> {
    const order = { op: 'watch', probe, everyMs };
    const { messages } = await this.#channel.request({ order, withinMs: 0 });
    const id = messages.at(-1)?.['id'];
    return {
      stop: async (): Promise<Series> => {
        const replies = await this.#channel.request({
          order: { op: 'stop', watch: id },
          withinMs: stopMs,
        });
        const samples = samplesOf(replies).map((outcome) =>
          this.#observation(probe, outcome, replies.clockAheadMs),
        );
        return { vantage: this.name, target: targetOf(probe), everyMs, samples };
      },
    };
  }

  #reading(what: string, probe: Probe): Reading<Observation> {
    const read = async (signal: AbortSignal): Promise<Observation> => {
      const [seen] = await this.batch([probe], signal);
      return this.#ran(probe, seen);
    };
    const size = probe.size === undefined ? '' : ` with ${probe.size} bytes`;
    const name = `${what} of ${targetOf(probe)}${size} from ${this.name}`;
    return reading(name, read, describeObservation);
  }

  #ran(probe: Probe, seen: Observation | undefined): Observation {
    if (seen === undefined || seen.verdict === 'not-run') {
      throw this.#trouble('PROBE_NOT_RUN', probe, seen?.detail ?? 'it could not be run');
    }
    return seen;
  }

  #observation(probe: Probe, outcome: Outcome, clockAheadMs: number): Observation {
    const at = Math.round(outcome.at - clockAheadMs);
    return { ...outcome, at, vantage: this.name, target: targetOf(probe) };
  }

  #trouble(code: string, probe: Probe, what: string): ProbeError {
    return new ProbeError(code, `Probing ${targetOf(probe)} from ${this.name}: ${what}.`);
  }
}

function outcomesOf({ messages }: Replies, vantage: string): Map<number, Outcome> {
  const outcomes = new Map<number, Outcome>();
  for (const message of messages.filter((candidate) => candidate['done'] !== true)) {
    const { index, ...outcome } = parsed(indexed, message, vantage);
    outcomes.set(index, outcome);
  }
  return outcomes;
}

function samplesOf({ messages }: Replies): Outcome[] {
  return messages
    .filter((message) => message['done'] !== true)
    .flatMap((message) => parsed(sampled, message, 'a watch').samples);
}

function parsed<T extends z.ZodType>(schema: T, message: Message, vantage: string): z.output<T> {
  const result = schema.safeParse(message);
  if (!result.success) {
    throw new ProbeError(
      'PROBE_REPLY_UNREADABLE',
      `Reading a reply of the prober of ${vantage}: ${z.prettifyError(result.error)}. ` +
        'Use one version of the prober in all images.',
    );
  }
  return result.data;
}
