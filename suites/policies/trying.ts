/**
 * How a round of policies is tried in the town: by tables of all pairs of nine pods in three namespaces, at
 * two ports, over TCP and UDP. What should be so is worked out from Kubernetes' own rules, not from what
 * Kuryr makes of them.
 */
import { expect, expectedTables, type Given, test, townTargets } from '#helpers';
import { selects, tableUnder } from './semantics.ts';
import { around, type Round } from './writing.ts';

type Place = Pick<Given, 'budgets' | 'cloud' | 'cluster' | 'town'>;

/** Applies the policies of a round to a town without any, and sees that what they say comes about. */
export async function tryRound(
  policies: Round['policies'],
  { budgets, cloud, cluster, town }: Place,
  testInfo: ReturnType<typeof test.info>,
): Promise<void> {
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
    await expect(probes.tablesOf(residents, targets)).toSettleOn(expected([]), budgets.dataplane);
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
}
