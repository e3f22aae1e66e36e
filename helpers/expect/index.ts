/**
 * The `expect` of this project: Playwright's own, and two matchers for readings. A reading takes no
 * other matcher, because looking once at a system that converges says nothing.
 */
import { expect as playwrightExpect } from '@playwright/test';
import { type BudgetSpec, ProbeError } from '#env';
import { isReading, type Reading } from '../reading.ts';
import type { Claim, Expected } from './differences.ts';
import { hold } from './hold.ts';
import type { Judgement } from './judgement.ts';
import { settleOn } from './settle-on.ts';

/** What can be expected of a reading. */
export interface ReadingExpectations<T> {
  /** Becomes as expected within the budget, and stays so for its number of consecutive reads. */
  toSettleOn(expected: Expected<T> | Claim<T>, budget: BudgetSpec): Promise<void>;
  /** Is as expected at every read of the budget's window. */
  toHold(expected: Expected<T> | Claim<T>, budget: BudgetSpec): Promise<void>;
}

/** `expect` for readings comes first, everything of Playwright's after it. */
export type HouseExpect = (<T>(reading: Reading<T>, message?: string) => ReadingExpectations<T>) &
  typeof playwrightExpect;

type Judge = (
  reading: Reading<unknown>,
  expected: unknown,
  budget: BudgetSpec,
) => Promise<Judgement>;

function matcher(name: string, judge: Judge) {
  return async function judged(
    this: { isNot: boolean },
    received: unknown,
    ...[expected, budget]: [expected: unknown, budget: BudgetSpec]
  ): Promise<Judgement> {
    if (!isReading(received) || this.isNot) {
      throw new ProbeError(
        'MATCHER_MISUSED',
        `Expecting with ${name}: found ${this.isNot ? '".not" before it' : 'a value that is no reading'}. ` +
          'Give it a reading, do not await that, and say what is expected positively.',
      );
    }
    return judge(received, expected, budget);
  };
}

/** Playwright's expect with the matchers for readings. */
export const expect = playwrightExpect.extend({
  toSettleOn: matcher('toSettleOn', settleOn),
  toHold: matcher('toHold', hold),
}) as unknown as HouseExpect;
