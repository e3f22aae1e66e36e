/**
 * What policies admit, by tables of all pairs of nine pods in three namespaces, at two ports, over TCP
 * and UDP. What should be so is worked out from Kubernetes' own rules, not from what Kuryr makes of them.
 * The pods are shared: every scenario begins and ends with a town without policies.
 */
import { expect, expectedTables, test, townTargets } from '#helpers';
import { deviations } from './deviations.ts';
import { rounds } from './rounds.ts';
import { selects, tableUnder } from './semantics.ts';
import { around } from './writing.ts';

test.describe('policies', () => {
  // One worker, one town; a scenario that fails does not hold up the next one.
  test.describe.configure({ mode: 'default' });

  for (const { title, cites, policies } of [...rounds, ...deviations]) {
    test(title, cites, async ({ budgets, cloud, cluster, town }, testInfo) => {
      const { probes, residents } = town;
      const timeoutMs = budgets.answer.withinMs;
      const targets = townTargets.map((target) => ({ ...target, timeoutMs }));
      const applied = policies(around(town));
      const placed = applied.map(({ zone, name, spec }) => ({
        name,
        namespace: town.town.namespaceOf(zone).name,
        spec,
      }));
      const expected = (inForce: typeof placed): ReturnType<typeof expectedTables> =>
        expectedTables(residents, targets, (target) => tableUnder(inForce, residents, target));
      await testInfo.attach('policies', {
        body: JSON.stringify(placed, undefined, 2),
        contentType: 'application/json',
      });

      await test.step('without a policy, everybody reaches everybody', async () => {
        await expect(probes.tablesOf(residents, targets)).toSettleOn(
          expected([]),
          budgets.dataplane,
        );
      });

      await town.apply(applied);

      await test.step('each policy is applied, and its security group is on the pods that it selects and on no others', async () => {
        for (const policy of placed) {
          const selected = residents.filter((pod) => selects(policy, pod));

          await expect(cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name)).toSettleOn(
            { isApplied: true },
            budgets.policyEffective,
          );
          await expect(cloud.carriersOf(policy, residents)).toSettleOn(
            { carriers: selected.map(({ namespace, name }) => `${namespace}/${name}`).sort() },
            budgets.policyInForce,
          );
        }
      });

      await test.step('the pods reach those whom Kubernetes says, and nobody else', async () => {
        await expect(probes.tablesOf(residents, targets)).toSettleOn(
          expected(placed),
          budgets.policyInForce,
        );
      });
    });
  }
});
