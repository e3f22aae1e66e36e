/**
 * Who answers at one address: many connections at once, from one vantage, and the pods that answered
 * them. A balancer that spreads connections shows all of its members this way.
 */
import { ProbeError } from '#env';
import { reading, type Reading } from '../reading.ts';
import { type Observation, targetOf, type Verdict } from './probe.ts';
import type { Target, Vantage } from './vantage.ts';

/** Where connections go, and who may answer them. */
export interface AnswersTarget extends Target {
  readonly protocol: 'TCP' | 'UDP';
  /** The names of the pods that may answer; an answer of any other one is a wrong one. */
  readonly pods: readonly string[];
  /** 40 when not given: of three members each one misses so many only once in ten million times. */
  readonly connections?: number;
}

/** Who has answered a number of connections. */
export interface Answers {
  /** The pods that answered, sorted, strangers included. */
  readonly answeredBy: readonly string[];
  /** The ports at which they took the connections, sorted. */
  readonly ports: readonly number[];
  /** How many connections found what; verdicts that nobody found are left out. */
  readonly verdicts: Partial<Readonly<Record<Verdict, number>>>;
  /** What the first connection without a right answer met. */
  readonly trouble: string | undefined;
}

const connectionsByDefault = 40;
const answerMs = 2_000;

/** Opens many connections to one address and tells who answered them. */
export function answersOf(vantage: Vantage, target: AnswersTarget): Reading<Answers> {
  const { protocol, host, port, pods, connections = connectionsByDefault } = target;
  const probe = vantage.probe(
    protocol === 'TCP' ? 'tcp' : 'udp',
    { host, port },
    { timeoutMs: answerMs, expect: { pods } },
  );
  return reading(
    `answers to ${connections} connections to ${targetOf(probe)} from ${vantage.name}`,
    async (signal) =>
      answersIn(await vantage.batch(Array<typeof probe>(connections).fill(probe), signal)),
    ({ answeredBy, verdicts }) =>
      `${verdicts.open ?? 0} of ${connections} answered rightly, by ${answeredBy.join(', ') || 'nobody'}`,
  );
}

function answersIn(seen: readonly Observation[]): Answers {
  const notRun = seen.find(({ verdict }) => verdict === 'not-run');
  if (notRun !== undefined) {
    throw new ProbeError(
      'PROBE_NOT_RUN',
      `Probing ${notRun.target} from ${notRun.vantage}: ${notRun.detail ?? 'it could not be run'}.`,
    );
  }
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of seen) {
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  }
  const wrong = seen.find(({ verdict }) => verdict !== 'open');
  return {
    answeredBy: [...new Set(seen.flatMap(({ answeredBy }) => answeredBy?.pod ?? []))].sort(),
    ports: [...new Set(seen.flatMap(({ serverPort }) => serverPort ?? []))].sort((a, b) => a - b),
    verdicts,
    trouble: wrong === undefined ? undefined : `${wrong.verdict}: ${wrong.detail ?? 'no detail'}`,
  };
}
