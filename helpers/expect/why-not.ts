/**
 * The judgement of `toSettleOn` as a text, for a search that goes on when something is not as expected.
 */
import type { BudgetSpec } from '#env';
import type { Reading } from '../reading.ts';
import type { Expected } from './differences.ts';
import { settleOn } from './settle-on.ts';

/** Says why a reading has not settled on what is expected; undefined when it has. */
export async function whyNotSettled<T>(
  reading: Reading<T>,
  expected: Expected<T>,
  budget: BudgetSpec,
): Promise<string | undefined> {
  const judgement = await settleOn(reading, expected, budget);
  return judgement.pass ? undefined : judgement.message();
}
