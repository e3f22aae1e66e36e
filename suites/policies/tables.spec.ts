/**
 * What policies admit, round by round.
 * The pods are shared: every scenario begins and ends with a town without policies.
 */
import { test } from '#helpers';
import { rounds } from './rounds.ts';
import { tryRound } from './trying.ts';

test.describe('policies', () => {
  // One worker, one town; a scenario that fails does not hold up the next one.
  test.describe.configure({ mode: 'default' });

  for (const { title, cites, policies } of rounds) {
    test(title, cites, async ({ budgets, cloud, cluster, town }, testInfo) => {
      await tryRound(policies, { budgets, cloud, cluster, town }, testInfo);
    });
  }
});
