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

/** How to ask a DNS server. */
export interface QuestionOptions {
  readonly protocol: 'TCP' | 'UDP';
  readonly port?: number;
  /** The length of answers over UDP that EDNS announces; without it there is no EDNS. */
  readonly size?: number;
  readonly addresses?: readonly string[];
  readonly timeoutMs?: number;
}

/** A network device of a vantage. */
export interface DeviceView {
  readonly name: string;
  readonly mtu: number;
  /** As the kernel calls it, such as "vlan" or "vxlan"; empty for plain Ethernet. */
  readonly kind: string;
}

/** What resolv.conf says. */
export interface ResolverView {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  /** Sorted. */
  readonly options: readonly string[];
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
  /** One question to one DNS server over one protocol, without the habits of any resolver. */
  ask(server: string, name: string, options: QuestionOptions): Reading<Observation>;
  /** The network devices that are seen here. */
  readonly devices: Reading<DeviceView[]>;
  /** The settings of the resolver here. */
  readonly resolver: Reading<ResolverView>;
  /** The address that this place shows to a host, as it knows it itself; nothing is sent. */
  facing(host: string): Promise<string>;
  /** Ends the prober, as a program that has done its work. */
  end(): Promise<void>;
  /** Measures a probe beside a control; without an open control the reading is a ProbeError. */
  beside(control: Probe, probe: Probe): Reading<Observation>;
  /** Measures several probes beside one control; without an open control the reading is a ProbeError. */
  allBeside(control: Probe, probes: readonly Probe[]): Reading<Observation[]>;
  /** Samples a probe every so many milliseconds until it is stopped. */
  watch(probe: Probe, options: WatchOptions): Promise<Watch>;
}

/** How a probe is sampled. */
export interface WatchOptions {
  readonly everyMs: number;
  /** All samples of a TCP probe go over one connection, which the first one makes. */
  readonly isKept?: boolean;
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

const dnsPort = 53;
const askMs = 3_000;

const devicesForm = z.array(z.object({ name: z.string(), mtu: z.number(), kind: z.string() }));

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

  ask(
    server: string,
    name: string,
    { port = dnsPort, timeoutMs = askMs, addresses, ...rest }: QuestionOptions,
  ): Reading<Observation> {
    const expect = addresses === undefined ? {} : { expect: { addresses } };
    const probe: Probe = { kind: 'dns', host: server, port, timeoutMs, name, ...rest, ...expect };
    return this.#reading('question', probe);
  }

  get devices(): Reading<DeviceView[]> {
    return reading(
      `network devices of ${this.name}`,
      async (signal) => {
        const reply = await this.#told({ op: 'devices' }, signal);
        return parsed(devicesForm, reply['devices'], this.name);
      },
      (seen) => seen.map(({ name, mtu, kind }) => `${name} ${kind} ${mtu}`).join(', '),
    );
  }

  get resolver(): Reading<ResolverView> {
    return reading(
      `resolv.conf of ${this.name}`,
      async (signal) => resolverIn(String((await this.#told({ op: 'resolver' }, signal))['text'])),
      ({ nameservers, options }) => `${nameservers.join(' ')}, options ${options.join(' ')}`,
    );
  }

  async facing(host: string): Promise<string> {
    return String((await this.#told({ op: 'facing', host }))['address']);
  }

  async end(): Promise<void> {
    await this.#told({ op: 'end' });
  }

  beside(control: Probe, probe: Probe): Reading<Observation> {
    const all = this.allBeside(control, [probe]);
    const read = async (signal: AbortSignal): Promise<Observation> =>
      this.#ran(probe, (await all.read(signal))[0]);
    return reading(all.name, read, describeObservation);
  }

  allBeside(control: Probe, probes: readonly Probe[]): Reading<Observation[]> {
    const targets = probes.map(targetOf).join(' and ');
    const name = `probe of ${targets} from ${this.name} beside ${targetOf(control)}`;
    const read = async (signal: AbortSignal): Promise<Observation[]> => {
      const [live, ...seen] = await this.batch([control, ...probes], signal);
      if (live?.verdict !== 'open') {
        const what = live === undefined ? 'missing' : describeObservation(live);
        throw this.#trouble('PROBE_WITHOUT_CONTROL', control, `this live control was ${what}`);
      }
      return probes.map((probe, index) => this.#ran(probe, seen[index]));
    };
    return reading(name, read, (all) => all.map(describeObservation).join('; '));
  }

  async watch(probe: Probe, { everyMs, isKept = false }: WatchOptions): Promise<Watch> {
    const order = { op: 'watch', probe, everyMs, isKept };
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

  async #told(
    order: { readonly op: string; host?: string },
    signal?: AbortSignal,
  ): Promise<Message> {
    const { messages } = await this.#channel.request({ order, withinMs: 0, signal });
    return messages.at(-1) ?? {};
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

function resolverIn(text: string): ResolverView {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const of = (keyword: string): string[] =>
    lines.filter(([first]) => first === keyword).flatMap((words) => words.slice(1));
  return {
    nameservers: of('nameserver'),
    searches: of('search'),
    options: [...new Set(of('options'))].sort(),
  };
}

function parsed<T extends z.ZodType>(schema: T, message: unknown, vantage: string): z.output<T> {
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
