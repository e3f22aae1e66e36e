/**
 * How the resolvers of this world differ, as was seen on real ones (lab) or is documented by them: which
 * obey `use-vc`, which ask over TCP after a truncated answer, how they search, and what they call failures.
 */
import type { RecordType } from 'dns-packet';
import { ask, type Ground, type Question, type Reply } from './exchange.ts';
import { candidates, type ResolvConf } from './resolv-conf.ts';

/** The resolvers that are known. */
export const resolverNames = [
  'glibc',
  'musl-1.2.3',
  'musl-1.2.4',
  'go-1.12',
  'go-1.13',
  'busybox',
] as const;

/** A resolver that turns names into addresses. */
export type ResolverName = (typeof resolverNames)[number];

/** What a look-up has found. */
export interface Found {
  readonly addresses: readonly string[];
  /** The resolver's own code for a failure. */
  readonly code?: string;
}

/** Where and with which settings a resolver asks. */
export interface Asking {
  readonly ground: Ground;
  readonly conf: ResolvConf;
}

/** What became of one name, after all servers and attempts. */
type Outcome = 'found' | 'no-data' | 'no-name' | 'failed' | 'refused' | 'silent';

interface Named {
  readonly outcome: Outcome;
  readonly addresses: readonly string[];
}

interface Model {
  /** Whether the option makes it ask over TCP from the start. */
  readonly startsWithTcp: (conf: ResolvConf) => boolean;
  /** Whether it asks again over TCP when an answer was truncated. */
  readonly retriesOverTcp: boolean;
  readonly asksAllAtOnce?: boolean;
  readonly udpSize?: number;
  /** Whether names with enough dots are searched too (musl does not). */
  readonly isSearchedAlways: boolean;
  /** Outcomes after which the next name of the search list is tried. */
  readonly goesOnAfter: readonly Outcome[];
  readonly codes: Readonly<Record<Exclude<Outcome, 'found'>, string>>;
}

const libcCodes = {
  'no-data': 'EAI_NODATA',
  'no-name': 'EAI_NONAME',
  failed: 'EAI_AGAIN',
  refused: 'EAI_AGAIN',
  silent: 'EAI_AGAIN',
} as const;

const goCodes = {
  'no-data': 'ENOTFOUND',
  'no-name': 'ENOTFOUND',
  failed: 'ESERVFAIL',
  refused: 'ESERVFAIL',
  silent: 'ETIMEOUT',
} as const;

const musl: Omit<Model, 'retriesOverTcp' | 'codes'> = {
  ...{ startsWithTcp: () => false, asksAllAtOnce: true, isSearchedAlways: false },
  goesOnAfter: ['no-name'],
};

const go: Omit<Model, 'startsWithTcp'> = {
  ...{ retriesOverTcp: true, udpSize: 1_232, isSearchedAlways: true },
  ...{ goesOnAfter: ['no-name', 'no-data', 'failed', 'refused', 'silent'], codes: goCodes },
};

const models: Readonly<Record<ResolverName, Model>> = {
  glibc: {
    startsWithTcp: ({ useVc }) => useVc,
    ...{ retriesOverTcp: true, isSearchedAlways: true },
    ...{ goesOnAfter: ['no-name', 'no-data', 'failed'], codes: libcCodes },
  },
  // Before 1.2.4 there was no TCP at all: a truncated answer counts as it is.
  'musl-1.2.3': {
    ...musl,
    retriesOverTcp: false,
    codes: { ...libcCodes, 'no-data': 'EAI_NONAME' },
  },
  'musl-1.2.4': { ...musl, retriesOverTcp: true, codes: libcCodes },
  'go-1.12': { ...go, startsWithTcp: () => false },
  'go-1.13': { ...go, startsWithTcp: ({ useVc, tcp }) => useVc || tcp },
  busybox: {
    ...{ startsWithTcp: () => false, retriesOverTcp: false, isSearchedAlways: true },
    ...{ goesOnAfter: ['no-name', 'no-data'], codes: libcCodes },
  },
};

/** Turns a name into addresses as the named resolver does. */
export async function resolveName(
  asking: Asking,
  resolver: ResolverName,
  wanted: { readonly name: string; readonly family: 0 | 4 | 6 },
): Promise<Found> {
  const model = models[resolver];
  if (asking.conf.servers.length === 0) return { addresses: [], code: model.codes.silent };
  let worst: Exclude<Outcome, 'found'> = 'no-name';
  for (const name of candidates(wanted.name, asking.conf, model.isSearchedAlways)) {
    const { outcome, addresses } = await lookUp(asking, model, { name, family: wanted.family });
    if (outcome === 'found') return { addresses };
    if (severity.indexOf(outcome) > severity.indexOf(worst)) worst = outcome;
    if (!model.goesOnAfter.includes(outcome)) break;
  }
  return { addresses: [], code: model.codes[worst] };
}

type Transport = Pick<Model, 'startsWithTcp' | 'retriesOverTcp' | 'udpSize'>;

/** Asks all servers, as often as the settings say, until one answers in a way that settles the matter. */
export async function queryServers(
  asking: Asking,
  question: Question,
  model: Transport,
): Promise<Reply> {
  const { conf } = asking;
  let last: Reply = { kind: 'timeout' };
  const servers = conf.rotate ? rotated(conf.servers) : conf.servers;
  for (let attempt = 0; attempt < conf.attempts; attempt += 1) {
    for (const server of servers) {
      last = await queryOne(asking, { question, server }, model);
      if (isFinal(last)) return last;
    }
  }
  return last;
}

async function queryOne(
  { ground, conf }: Asking,
  { question, server }: { readonly question: Question; readonly server: string },
  model: Transport,
): Promise<Reply> {
  const { udpSize, retriesOverTcp } = model;
  const size = udpSize === undefined ? {} : { udpSize };
  const way = { server, timeoutMs: conf.timeoutMs, ...size };
  const protocol = model.startsWithTcp(conf) ? 'TCP' : 'UDP';
  const reply = await ask(ground, question, { ...way, protocol });
  return reply.kind === 'answer' && reply.isTruncated && retriesOverTcp
    ? ask(ground, question, { ...way, protocol: 'TCP' })
    : reply;
}

/** Whether an answer says that a name exists or that it does not; other servers need not be asked. */
function isFinal(reply: Reply): boolean {
  return reply.kind === 'answer' && (reply.rcode === 0 || reply.rcode === 3);
}

// What a resolver reports when the names of its search list had different fates.
const severity: readonly Outcome[] = ['no-name', 'no-data', 'refused', 'failed', 'silent'];

async function lookUp(
  asking: Asking,
  model: Model,
  { name, family }: { readonly name: string; readonly family: 0 | 4 | 6 },
): Promise<Named> {
  const types: RecordType[] = family === 0 ? ['A', 'AAAA'] : [family === 4 ? 'A' : 'AAAA'];
  const replies = await Promise.all(
    types.map((type) =>
      model.asksAllAtOnce === true
        ? queryAllAtOnce(asking, { name, type }, model)
        : queryServers(asking, { name, type }, model),
    ),
  );
  const addresses = replies.flatMap((reply, index) => addressesIn(reply, types[index]));
  if (addresses.length > 0) return { outcome: 'found', addresses };
  const outcomes = replies.map(outcomeOf);
  const outcome = severity.findLast((candidate) => outcomes.includes(candidate)) ?? 'no-name';
  return { outcome, addresses };
}

/** musl asks every server at once from one socket and takes the first usable answer. */
async function queryAllAtOnce(
  { ground, conf }: Asking,
  question: Question,
  model: Model,
): Promise<Reply> {
  const timeoutMs = conf.timeoutMs / conf.attempts;
  for (let attempt = 0; attempt < conf.attempts; attempt += 1) {
    const way = { protocol: 'UDP', timeoutMs, hearsErrors: false } as const;
    const asked = conf.servers.map(async (server) => {
      const reply = await ask(ground, question, { ...way, server });
      if (!isFinal(reply)) throw new Error('no usable answer');
      return reply.kind === 'answer' && reply.isTruncated && model.retriesOverTcp
        ? ask(ground, question, { server, protocol: 'TCP', timeoutMs: conf.timeoutMs })
        : reply;
    });
    const first = await Promise.any(asked).catch(() => undefined);
    if (first !== undefined) return first;
  }
  return { kind: 'timeout' };
}

function addressesIn(reply: Reply, type: RecordType | undefined): string[] {
  if (reply.kind !== 'answer') return [];
  return reply.answers.flatMap((answer) =>
    answer.type === type && (answer.type === 'A' || answer.type === 'AAAA') ? [answer.data] : [],
  );
}

function outcomeOf(reply: Reply): Outcome {
  if (reply.kind !== 'answer') return reply.kind === 'timeout' ? 'silent' : 'refused';
  if (reply.rcode === 0) return 'no-data';
  return reply.rcode === 3 ? 'no-name' : 'failed';
}

let turn = 0;

function rotated(servers: readonly string[]): string[] {
  turn += 1;
  const from = turn % Math.max(1, servers.length);
  return [...servers.slice(from), ...servers.slice(0, from)];
}
