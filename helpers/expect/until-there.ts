/**
 * `untilThere`: waits until a reading gives something, and hands it to the scenario, which needs it to
 * go on: an id, an address. That it never comes is an unmet expectation like any other.
 */
import { test } from '@playwright/test';
import type { BudgetSpec } from '#env';
import { type Reading, reading } from '../reading.ts';
import { claim } from './differences.ts';
import { expect } from './index.ts';

/** Waits until a reading gives something other than undefined within the budget, and gives that. */
export async function untilThere<T>(
  source: Reading<T | undefined>,
  budget: BudgetSpec,
): Promise<T> {
  let seen: T | undefined;
  const remembered = reading(
    source.name,
    async (signal) => {
      seen = await source.read(signal);
      return seen;
    },
    source.describe?.bind(source),
  );
  const isThere = claim<T | undefined>('something', (value) => value !== undefined);
  await test.step(
    `wait for ${source.name}`,
    () => expect(remembered).toSettleOn(isThere, { ...budget, consecutive: 1 }),
    { box: true },
  );
  return seen as T;
}
