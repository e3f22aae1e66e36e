/**
 * Continuous probing across a change: the series of samples, and what it says about the change. Times
 * are those of the machine that runs the scenarios, corrected for the clock of the vantage.
 */
import { ProbeError } from '#env';
import type { Observation } from './probe.ts';

/** Samples of one probe, in the order of their times. */
export interface Series {
  readonly vantage: string;
  readonly target: string;
  readonly everyMs: number;
  readonly samples: readonly Observation[];
}

/** A running series of samples. */
export interface Watch {
  /** Ends the sampling and gives what was sampled. */
  stop(): Promise<Series>;
}

/** What changed, and which observations are right after it. */
export interface Change {
  /** Epoch milliseconds at which the change was asked for. */
  readonly at: number;
  readonly isCorrect: (observation: Observation) => boolean;
}

/** What a series says about a change; durations count from the change. */
export interface ChangeAnalysis {
  /** Until the first right sample; undefined when there was none. */
  readonly firstCorrectMs: number | undefined;
  /** Until the first sample of the unbroken right ones at the end; undefined when the last one is wrong. */
  readonly stableMs: number | undefined;
  /** Until the last wrong sample: as long, the old state leaked through. */
  readonly leakMs: number;
  /** Wrong samples after the first right one. */
  readonly relapses: number;
  readonly samplesBefore: number;
  /** Of those before the change, how many were already as they should be after it. */
  readonly correctBefore: number;
  readonly samplesAfter: number;
  /** Samples that could not be taken, and are not judged. */
  readonly notRun: number;
  /** The longest time without a sample after the change. */
  readonly longestGapMs: number;
}

/** Analyses a series across a change; a series that cannot show the change is a ProbeError. */
export function analyseChange(series: Series, { at, isCorrect }: Change): ChangeAnalysis {
  const taken = series.samples.filter(({ verdict }) => verdict !== 'not-run');
  // A sample that was under way at the change belongs to neither side.
  const before = taken.filter((sample) => sample.at + sample.latencyMs < at);
  const after = taken.filter((sample) => sample.at >= at);
  if (before.length === 0 || after.length === 0) {
    throw new ProbeError(
      'PROBE_SERIES_TOO_SHORT',
      `Analysing ${series.target} from ${series.vantage} across a change: found ${before.length} usable ` +
        `sample(s) before it and ${after.length} after it. Begin to watch earlier and stop later.`,
    );
  }
  const right = after.map(isCorrect);
  const since = (index: number): number | undefined => sinceChange(after[index], at);
  const first = right.indexOf(true);
  const lastWrong = right.lastIndexOf(false);
  return {
    firstCorrectMs: first < 0 ? undefined : since(first),
    stableMs: since(lastWrong + 1),
    leakMs: since(lastWrong) ?? 0,
    relapses: first < 0 ? 0 : right.slice(first).filter((isRight) => !isRight).length,
    samplesBefore: before.length,
    correctBefore: before.filter(isCorrect).length,
    samplesAfter: after.length,
    notRun: series.samples.length - taken.length,
    longestGapMs: longestGap([at, ...after.map((sample) => sample.at)]),
  };
}

function sinceChange(sample: Observation | undefined, at: number): number | undefined {
  return sample === undefined ? undefined : Math.round(sample.at - at);
}

function longestGap(times: readonly number[]): number {
  return Math.round(
    Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time))),
  );
}
