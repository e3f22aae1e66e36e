/**
 * Nine pods in three namespaces: everybody reaches everybody, then nobody does, then the one who is
 * allowed. What should be so is worked out from Kubernetes' own rules, not from what Kuryr makes of them.
 */
import { expect, expectedTables, podPort, progress, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';
import { type Policy, type PlacedPolicy, tableUnder, type Target } from './semantics.ts';

const names = ['a', 'b', 'c'] as const;
const targets: readonly Target[] = [
  { protocol: 'TCP', port: podPort },
  { protocol: 'UDP', port: podPort },
];

const denyAll: Policy = { podSelector: {}, policyTypes: ['Ingress'] };

/** Admits pod b of the namespaces with some labels to pod a. */
function admitOne(namespaces: Readonly<Record<string, string>>): Policy {
  return {
    podSelector: { matchLabels: { pod: 'a' } },
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [
          {
            namespaceSelector: { matchLabels: namespaces },
            podSelector: { matchLabels: { pod: 'b' } },
          },
        ],
        ports: [{ protocol: 'TCP', port: podPort }],
      },
    ],
  };
}

test.describe('the default-deny policy', () => {
  test(
    'closes what it selects, over TCP and UDP, until an allow rule opens a door',
    covers('POL-DENY-01', 'POL-DENY-02', 'POL-ALLOW-01', 'POL-SG-02'),
    async ({ budgets, cloud, cluster, namespace, probes }, testInfo) => {
      // Another run on the same cluster must not have namespaces with these labels.
      const zone = (name: string): Record<string, string> => ({
        zone: `${namespace.name}.${name}`,
      });
      const [x, y, z] = await Promise.all([
        namespace.sibling('x', zone('x')),
        namespace.sibling('y', zone('y')),
        namespace.sibling('z', zone('z')),
      ]);
      const [witness, ...pods] = await Promise.all([
        // No policy ever selects the witness: whoever reaches it can send and receive.
        namespace.pod('witness'),
        ...[x, y, z].flatMap((one) =>
          names.map(async (name) => ({
            ...(await one.pod(name, { labels: { pod: name } })),
            namespaceLabels: one.labels,
          })),
        ),
      ]);
      const podsOfX = pods.slice(0, names.length);

      const timeoutMs = budgets.answer.withinMs;
      const asked = targets.map((target) => ({ ...target, timeoutMs }));

      const expectWhatRulesSay = async (policies: readonly PlacedPolicy[]): Promise<void> => {
        await expect(probes.tablesOf(pods, asked)).toSettleOn(
          expectedTables(pods, asked, (target) => tableUnder(policies, pods, target)),
          budgets.policyEffective,
        );
        for (const table of await probes.tables(pods, asked)) {
          const { protocol } = table;
          const { open, dropped, rejected } = table.counts;
          progress(
            `${protocol}: ${table.cells.length} cells in ${table.elapsedMs} ms, ${open} open, ${dropped + rejected} blocked`,
          );
          await testInfo.attach(`table after ${policies.length} policies, ${protocol}`, {
            body: table.toString(),
            contentType: 'text/plain',
          });
        }
      };

      await test.step('without a policy, all nine pods reach all nine', async () => {
        await expectWhatRulesSay([]);
      });

      const inX: readonly PlacedPolicy[] = [{ namespace: x.name, spec: denyAll }];
      const denyX = await x.policy('default-deny', denyAll);

      await test.step('a default-deny policy in one namespace closes its pods and no others', async () => {
        await expectWhatRulesSay(inX);
      });

      await test.step('the policy is one security group, which the pods of its namespace carry and no others', async () => {
        const group = await untilThere(cloud.securityGroupOf(denyX), budgets.policyEffective);

        await expect(cluster.kuryrNetworkPolicyOf(denyX.namespace, denyX.name)).toSettleOn(
          { securityGroupId: group.id, isApplied: true },
          budgets.policyEffective,
        );
        await expect(cloud.carriersOf(denyX, pods)).toSettleOn(
          { carriers: podsOfX.map((pod) => `${pod.namespace}/${pod.name}`).sort() },
          budgets.policyEffective,
        );
      });

      const everywhere = [x, y, z].map(({ name }) => ({ namespace: name, spec: denyAll }));
      await Promise.all([y, z].map((zone) => zone.policy('default-deny', denyAll)));

      await test.step('with a default-deny policy in each namespace, every pod reaches only itself', async () => {
        await expectWhatRulesSay(everywhere);
      });

      await test.step('all nine pods still reach a pod that no policy selects', async () => {
        await Promise.all(
          pods.map((pod) =>
            expect(
              probes.in(pod).tcp(witness.ip, podPort, { expect: { pods: [witness.name] } }),
            ).toSettleOn({ verdict: 'open' }, budgets.dataplane),
          ),
        );
      });

      const allow = await x.policy('admit-one', admitOne(zone('y')));

      await test.step('an allow rule admits the one pod, port and protocol that it names, and nothing else', async () => {
        await expectWhatRulesSay([...everywhere, { namespace: x.name, spec: admitOne(zone('y')) }]);
      });

      await test.step('the rule that Kuryr has made names the one pod, port and protocol', async () => {
        const [guest] = pods.filter(({ namespace: zone, name }) => zone === y.name && name === 'b');

        await expect(cluster.kuryrNetworkPolicyOf(allow.namespace, allow.name)).toSettleOn(
          {
            isApplied: true,
            made: expect.arrayContaining([
              expect.objectContaining({
                direction: 'ingress',
                protocol: 'tcp',
                ports: [podPort, podPort],
                // Kuryr writes the address alone, Neutron makes a prefix of it.
                remote: expect.stringMatching(`^${guest?.ip}(/32)?$`),
              }),
            ]),
          },
          budgets.policyEffective,
        );
      });

      await test.step('the pod that both policies select carries both groups, the others one', async () => {
        const [denying, admitting] = await Promise.all([
          untilThere(cloud.securityGroupOf(denyX), budgets.policyEffective),
          untilThere(cloud.securityGroupOf(allow), budgets.policyEffective),
        ]);
        const expected = [[denying.id, admitting.id].sort(), [denying.id], [denying.id]];

        await Promise.all(
          podsOfX.map((pod, index) =>
            expect(cloud.portOf(pod)).toSettleOn(
              { securityGroupIds: expected[index] },
              budgets.policyEffective,
            ),
          ),
        );
      });
    },
  );
});
