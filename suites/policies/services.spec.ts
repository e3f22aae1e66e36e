/**
 * Policies and Services: packets to the address of a Service end at pods, and it is these that policies
 * speak of, whatever port and address the client has written.
 */
import { expect, expectedBalancer, podPort, type Probe, test, type Vantage } from '#helpers';
import { covers } from '../requirements/index.ts';
import { admitsExactly } from './groups.ts';

const servicePort = 80;
const silent = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };
const open = { verdict: 'open' } as const;

/** A client of a Service, and a neighbour whom it always reaches. */
interface Client {
  readonly inside: Vantage;
  readonly direct: Probe;
  readonly served: Probe;
}

test.describe('a policy of ingress', () => {
  for (const { targetPort, how, cites } of [
    { targetPort: podPort, how: 'a number', cites: covers('POL-SVC-01', 'POL-SVC-02') },
    { targetPort: `tcp-${podPort}`, how: 'a name', cites: covers('POL-SVC-07') },
  ] as const) {
    test(
      `admits the clients of a Service by their own addresses, with ${how} as targetPort`,
      cites,
      async ({ budgets, cloud, namespace, probes }) => {
        const [friend, stranger, echo] = await Promise.all([
          namespace.pod('friend', { labels: { role: 'friend' } }),
          namespace.pod('stranger'),
          namespace.deploy('echo', { replicas: 2 }),
        ]);
        const service = await namespace.expose(echo, {
          ports: [{ port: servicePort, targetPort }],
        });
        const pods = echo.pods.map(({ name }) => name);
        const timeoutMs = budgets.answer.withinMs;
        const [ofFriend, ofStranger] = [friend, stranger].map((pod) => ({
          direct: probes.in(pod).probe('tcp', { host: friend.ip, port: podPort }, { timeoutMs }),
          served: probes
            .in(pod)
            .probe(
              'tcp',
              { host: service.clusterIP, port: servicePort },
              { timeoutMs, expect: { pods } },
            ),
          inside: probes.in(pod),
        })) as [Client, Client];
        const asks = ({ inside, direct, served }: Client): ReturnType<Vantage['beside']> =>
          inside.beside(direct, served);

        await test.step('without a policy both reach the Service', async () => {
          await expect(cloud.loadBalancerOf(service)).toSettleOn(
            expectedBalancer(service, echo.podIPs, podPort),
            budgets.loadBalancerActive,
          );
          for (const client of [ofFriend, ofStranger]) {
            await expect(asks(client)).toSettleOn(open, budgets.serviceActive);
          }
        });

        const policy = await namespace.policy('door', {
          podSelector: { matchLabels: echo.labels },
          policyTypes: ['Ingress'],
          ingress: [
            {
              from: [{ podSelector: { matchLabels: { role: 'friend' } } }],
              ports: [{ protocol: 'TCP', port: podPort }],
            },
          ],
        });

        await test.step('with it the one whom it admits does, and the other does not', async () => {
          await expect(cloud.securityGroupOf(policy)).toSettleOn(
            admitsExactly([friend.ip]),
            budgets.policyEffective,
          );
          await expect(asks(ofStranger)).toSettleOn(silent, budgets.policyEffective);
          await expect(asks(ofFriend)).toSettleOn(open, budgets.policyInForce);
          await expect(asks(ofStranger)).toHold(silent, budgets.quiet);
        });

        await namespace.withdraw(policy.name);

        await test.step('when it is gone both do again', async () => {
          for (const client of [ofStranger, ofFriend]) {
            await expect(asks(client)).toSettleOn(open, budgets.policyEffective);
          }
        });
      },
    );
  }

  test(
    'leaves a pod to itself through its Service',
    covers('POL-SVC-06'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const service = await namespace.expose(echo, {
        ports: [{ port: servicePort, targetPort: podPort }],
      });
      const [pod = client] = echo.pods;
      const timeoutMs = budgets.answer.withinMs;
      const itself = probes.in(pod).tcp(service.clusterIP, servicePort, {
        timeoutMs,
        expect: { pods: [pod.name] },
      });
      const inside = probes.in(client);
      const another = inside.beside(
        inside.probe('tcp', { host: client.ip, port: podPort }, { timeoutMs }),
        inside.probe('tcp', { host: pod.ip, port: podPort }, { timeoutMs }),
      );

      await test.step('without a policy the pod reaches itself through its Service', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(itself).toSettleOn(open, budgets.serviceActive);
        await expect(another).toSettleOn(open, budgets.dataplane);
      });

      const policy = await namespace.policy('closed', {
        podSelector: { matchLabels: echo.labels },
        policyTypes: ['Ingress'],
      });

      await test.step('a policy that keeps everybody out leaves it to itself', async () => {
        await expect(cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name)).toSettleOn(
          { isApplied: true },
          budgets.policyEffective,
        );
        await expect(another).toSettleOn(silent, budgets.policyEffective);
        await expect(itself).toSettleOn(open, budgets.policyInForce);
      });
    },
  );
});
