/**
 * `toSettleOn`: a reading becomes as expected within its budget and stays so for as many reads in a
 * row as the budget asks. Convergence is judged here and nowhere else; scenarios never retry.
 */
import { type BudgetSpec, ProbeError } from '#env';
import type { Reading } from '../reading.ts';
import { type Difference } from './differences.ts';
import { samples } from './sampling.ts';
import { type Judgement, met, unmet } from './judgement.ts';

/** Judges whether a reading settles on what is expected. */
export async function settleOn(
  reading: Reading<unknown>,
  expected: unknown,
  budget: BudgetSpec,
): Promise<Judgement> {
  let reads = 0;
  let streak = 0;
  let last: readonly Difference[] | undefined;
  let trouble: Error | undefined;
  for await (const sample of samples({ reading, expected, budget })) {
    reads += 1;
    trouble = sample.kind === 'trouble' ? sample.error : undefined;
    if (sample.kind === 'trouble') {
      streak = 0;
      continue;
    }
    last = sample.differences;
    streak = last.length === 0 ? streak + 1 : 0;
    if (streak >= budget.consecutive) {
      return met(`${reading.name} settled, and was expected not to.`);
    }
  }
  if (trouble !== undefined) {
    throw trouble;
  }
  if (last === undefined) {
    throw new ProbeError(
      'READING_NEVER_ANSWERED',
      `Reading ${reading.name}: found no answer within ${budget.withinMs} ms (budget "${budget.name}"). ` +
        'Look into the evidence of the scenario for the request that hangs.',
    );
  }
  const head =
    `${reading.name} did not settle within ${budget.withinMs} ms ` +
    `(budget "${budget.name}", ${reads} read${reads === 1 ? '' : 's'}).`;
  return unmet(
    head,
    last,
    `as expected ${streak} time(s) in a row of ${budget.consecutive} needed`,
  );
}
