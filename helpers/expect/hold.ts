/**
 * `toHold`: a reading is as expected throughout the window of its budget. Absence ("is refused",
 * "nothing changes") is only ever shown this way, never by one read.
 */
import { type BudgetSpec, ProbeError } from '#env';
import type { Reading } from '../reading.ts';
import { type Judgement, met, unmet } from './judgement.ts';
import { longest, samples } from './sampling.ts';

const fewestReads = 2;

/** Judges whether a reading is as expected throughout the window, which lasts until there were enough reads. */
export async function hold(
  reading: Reading<unknown>,
  expected: unknown,
  budget: BudgetSpec,
): Promise<Judgement> {
  const needed = Math.max(fewestReads, budget.consecutive);
  let reads = 0;
  for await (const sample of samples({ reading, expected, budget, fewest: needed })) {
    if (sample.kind === 'trouble') {
      throw sample.error;
    }
    reads += 1;
    if (sample.differences.length > 0) {
      const head =
        `${reading.name} did not hold for ${budget.withinMs} ms ` +
        `(budget "${budget.name}", read ${reads} after ${Math.round(sample.atMs)} ms).`;
      return unmet(head, sample.differences, '');
    }
  }
  if (reads < needed) {
    throw new ProbeError(
      'WINDOW_TOO_SHORT',
      `Holding ${reading.name} for ${longest} times ${budget.withinMs} ms (budget "${budget.name}"): made ` +
        `${reads} read(s) where ${needed} are needed. Widen the window, or shorten "every", in the profile.`,
    );
  }
  return met(`${reading.name} held, and was expected not to.`);
}
