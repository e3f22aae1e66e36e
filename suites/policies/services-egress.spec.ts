/**
 * Policies of egress and Services: what opens the pods behind a Service opens the Service, and no other.
 */
import { expect, expectedBalancer, type Namespace, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
const silent = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };
const open = { verdict: 'open' } as const;

type Home = 'own' | 'other';

test.describe('a policy of egress', () => {
  for (const { title, cites, home, port, targetPort, verdict } of [
    {
      title: 'admits pods through a Service with another port',
      cites: covers('POL-SVC-03'),
      ...{ home: 'own' as Home, port: servicePort, targetPort: podPort, verdict: open },
    },
    {
      title: 'opens no Service that leads to another port of the pods that it admits',
      cites: covers('POL-SVC-04'),
      ...{ home: 'own' as Home, port: podPort, targetPort: 8082, verdict: silent },
    },
    {
      title: 'opens no Service of another namespace whose pods bear the same labels',
      cites: covers('POL-SVC-05'),
      ...{ home: 'other' as Home, port: podPort, targetPort: podPort, verdict: silent },
    },
  ] as const) {
    test(title, cites, async ({ budgets, cloud, cluster, namespace, probes }) => {
      const spaces: Readonly<Record<Home, Namespace>> = {
        own: namespace,
        other: await namespace.sibling('other'),
      };
      const serves = { ports: { tcp: [podPort, 8082] } };
      const [client, own, other] = await Promise.all([
        namespace.pod('client', { labels: { role: 'client' } }),
        spaces.own.deploy('echo', serves),
        spaces.other.deploy('echo', serves),
      ]);
      const behind = { own, other }[home];
      const service = await spaces[home].expose(behind, { ports: [{ port, targetPort }] });
      const inside = probes.in(client);
      const pods = behind.pods.map(({ name }) => name);
      // The policy admits this one: a client that reaches it is alive.
      const timeoutMs = budgets.answer.withinMs;
      const target = { host: own.podIPs[0] ?? '', port: podPort };
      const direct = inside.probe('tcp', target, { timeoutMs });
      const served = inside.beside(
        direct,
        inside.probe('tcp', { host: service.clusterIP, port }, { timeoutMs, expect: { pods } }),
      );

      await test.step('without a policy the client reaches pod and Service', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, behind.podIPs, targetPort),
          budgets.loadBalancerActive,
        );
        await expect(served).toSettleOn(open, budgets.serviceActive);
      });

      const policy = await namespace.policy('outwards', {
        podSelector: { matchLabels: { role: 'client' } },
        policyTypes: ['Egress'],
        egress: [
          {
            to: [{ podSelector: { matchLabels: own.labels } }],
            ports: [{ protocol: 'TCP', port: podPort }],
          },
        ],
      });

      await test.step('the policy is applied, and the client reaches what it admits', async () => {
        await expect(cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name)).toSettleOn(
          { isApplied: true },
          budgets.policyEffective,
        );
        await expect(cloud.carriersOf(policy, [client])).toSettleOn(
          { carriers: [`${client.namespace}/${client.name}`] },
          budgets.policyEffective,
        );
      });

      await test.step('through the Service the client reaches those pods and ports, and no others', async () => {
        await expect(served).toSettleOn(verdict, budgets.policyInForce);
      });
    });
  }
});
