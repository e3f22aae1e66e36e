/**
 * `toSettleOn`: a reading becomes as expected within its budget and stays so for as many reads in a
 * row as the budget asks. Convergence is judged here and nowhere else; scenarios never retry.
 */
import { type BudgetSpec, ProbeError } from '#env';
import type { Reading } from '../reading.ts';
import { type Difference } from './differences.ts';
import { samples } from './sampling.ts';
import { type Judgement, met, unmet } from './judgement.ts';

/**
 * Judges whether a reading settles on what is expected. Trouble at the end is no judgement, unless the
 * reading was seen to be wrong in the second half of its budget: the trouble does not make it right.
 */
export async function settleOn(
  reading: Reading<unknown>,
  expected: unknown,
  budget: BudgetSpec,
): Promise<Judgement> {
  let reads = 0;
  let streak = 0;
  let last: readonly Difference[] | undefined;
  let lastAtMs = 0;
  let trouble: Error | undefined;
  for await (const sample of samples({ reading, expected, budget, isPatient: true })) {
    reads += 1;
    trouble = sample.kind === 'trouble' ? sample.error : undefined;
    if (sample.kind === 'trouble') {
      streak = 0;
      continue;
    }
    last = sample.differences;
    lastAtMs = sample.atMs;
    streak = last.length === 0 ? streak + 1 : 0;
    if (streak >= budget.consecutive) {
      return met(`${reading.name} settled, and was expected not to.`);
    }
  }
  return unsettled({ reading, budget, reads, streak, trouble, last, lastAtMs });
}

interface Ending {
  readonly reading: Reading<unknown>;
  readonly budget: BudgetSpec;
  readonly reads: number;
  readonly streak: number;
  readonly trouble: Error | undefined;
  readonly last: readonly Difference[] | undefined;
  readonly lastAtMs: number;
}

function unsettled({ reading, budget, reads, streak, trouble, last, lastAtMs }: Ending): Judgement {
  const { name, withinMs } = budget;
  const isSeenWrong = last !== undefined && last.length > 0 && lastAtMs >= withinMs / 2;
  if (trouble !== undefined && !isSeenWrong) {
    throw trouble;
  }
  if (last === undefined) {
    throw new ProbeError(
      'READING_NEVER_ANSWERED',
      `Reading ${reading.name}: found no answer within ${withinMs} ms (budget "${name}"). ` +
        'Look into the evidence of the scenario for the request that hangs.',
    );
  }
  const ending = trouble === undefined ? '' : ', at last without an answer';
  const told = `${reads} read${reads === 1 ? '' : 's'}${ending}`;
  return unmet(
    `${reading.name} did not settle within ${withinMs} ms (budget "${name}", ${told}).`,
    last,
    `as expected ${streak} time(s) in a row of ${budget.consecutive} needed`,
  );
}
