/**
 * How often a reading is read.
 */
import { expect, test } from '@playwright/test';
import type { BudgetSpec } from '#env';
import { reading } from '../reading.ts';
import { pauseAfter, type Question, type Sample } from './sampling.ts';

const budget: BudgetSpec = { name: 'dataplane', withinMs: 10_000, everyMs: 50, consecutive: 2 };
const steady: Question = {
  ...{ reading: reading('it', () => Promise.resolve(1)), expected: 2, budget },
};
const patient: Question = { ...steady, isPatient: true };
const wrong = { path: '', expected: '2', actual: '1' };
const sample = (differences: readonly (typeof wrong)[]): Sample => ({
  ...{ kind: 'value', differences, atMs: 0 },
});

test.describe('the pause between two reads', () => {
  test('grows with the time that one has waited for what is expected', () => {
    expect([0, 400, 2_000].map((atMs) => pauseAfter(patient, sample([wrong]), atMs))).toEqual([
      50, 50, 200,
    ]);
  });

  test('leaves room for the reads that are needed at the end', () => {
    expect([9_500, 9_890, 9_960].map((at) => pauseAfter(patient, sample([wrong]), at))).toEqual([
      400, 50, 50,
    ]);
  });

  test('does not grow while it is as expected, nor where a window is watched', () => {
    expect(pauseAfter(patient, sample([]), 5_000)).toBe(50);
    expect(pauseAfter(steady, sample([wrong]), 5_000)).toBe(50);
  });
});
