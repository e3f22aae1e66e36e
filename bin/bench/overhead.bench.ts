/**
 * What the suite adds to a test: empty tests of Playwright beside empty scenarios, in one worker.
 */
import { test as plain } from '@playwright/test';
import { expect, test } from '#helpers';
import { covers } from '../../suites/requirements/index.ts';

const rounds = Array.from({ length: 40 }, (_, index) => index + 1);

plain.describe('an empty test', () => {
  for (const round of rounds) {
    plain(`number ${round}`, () => undefined);
  }
});

test.describe('an empty scenario', () => {
  for (const round of rounds) {
    // It asks for what nearly every scenario asks for, and does nothing with it.
    test(`number ${round}`, covers('POD-NET-01'), ({ budgets, cloud, cluster }) => {
      expect([budgets, cloud, cluster]).toHaveLength(3);
    });
  }
});
