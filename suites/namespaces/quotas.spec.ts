/**
 * Quotas that are used up for a while: what does not fit waits, and is made when there is room again.
 */
import { claim, expect, expectedBalancer, podPort, reading, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;

test.describe('while its quota is used up', () => {
  test(
    'a network, a security group and a load balancer are waited for, and made afterwards',
    covers('NS-QUOTA-02', 'NS-QUOTA-03', 'NS-QUOTA-04'),
    async ({ budgets, cloud, cluster, namespace, probes, quotas }) => {
      await namespace.reserve({ loadBalancers: 1 });
      const [client, echo] = await Promise.all([
        namespace.pod('client', { labels: { role: 'client' } }),
        namespace.deploy('echo'),
      ]);
      const late = await namespace.sibling('late');

      for (const resource of ['network', 'security_group', 'load_balancer'] as const) {
        await quotas.exhaust(resource);
      }
      const coming = late.pod('late');
      coming.catch(() => undefined);
      const policy = await namespace.policy('closed', {
        // Not the pods of the Service: Kuryr does not look at that before it knows their groups.
        podSelector: { matchLabels: { role: 'client' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }] }],
      });
      const service = await namespace.expose(echo, {
        ports: [{ port: servicePort, targetPort: podPort }],
      });

      await test.step('they are recorded by Kuryr, and nothing is made for them', async () => {
        await untilThere(cluster.kuryrNetworkOf(late.name), budgets.policyEffective);
        await untilThere(
          cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name),
          budgets.policyEffective,
        );
        await untilThere(
          cluster.kuryrLoadBalancerOf(service.namespace, service.name),
          budgets.policyEffective,
        );
        await Promise.all([
          expect(cloud.networkOf(late)).toHold(undefined, budgets.quiet),
          expect(cloud.securityGroupOf(policy)).toHold(undefined, budgets.quiet),
          expect(cloud.loadBalancerOf(service)).toHold(undefined, budgets.quiet),
        ]);
      });

      await quotas.restore();

      await test.step('the pod of the new namespace has its network', async () => {
        const { name, ip } = await coming;
        await expect(probes.in(client).tcp(ip, podPort, { expect: { pods: [name] } })).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
      });

      await test.step('the pods that the policy selects carry its group', async () => {
        await expect(cloud.carriersOf(policy, [client, ...echo.pods])).toSettleOn(
          { carriers: [`${client.namespace}/${client.name}`] },
          budgets.policyEffective,
        );
      });

      await test.step('the Service answers', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(probes.in(client).tcp(service.clusterIP, servicePort)).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
      });
    },
  );

  test(
    'ports are waited for by the pods that find none in the pool, and made afterwards',
    covers('NS-QUOTA-01'),
    async ({ budgets, cluster, namespace, profile, quotas }) => {
      await namespace.pod('first');
      // More than a pool of this namespace can have ready.
      const { batch = 0, min = 0 } = profile.portPool ?? {};
      const crowd = Array.from({ length: batch + min + 1 }, (_, index) => `late-${index}`);
      const waiting = reading(
        `pods of namespace ${namespace.name} that Kuryr knows of and has no port for`,
        async (signal) => {
          const ports = await Promise.all(
            crowd.map((name) => cluster.kuryrPortOf(namespace.name, name).read(signal)),
          );
          return ports.filter((port) => port !== undefined && port.vif === undefined).length;
        },
      );

      await quotas.exhaust('port');
      const coming = Promise.all(crowd.map((name) => namespace.pod(name)));
      coming.catch(() => undefined);

      const some = claim<number>('some wait', (count) => count > 0);
      await expect(waiting).toSettleOn(some, budgets.podReady);
      await expect(waiting).toHold(some, budgets.quiet);

      await quotas.restore();

      await test.step('all of them get their ports', async () => {
        await expect(waiting).toSettleOn(0, budgets.podReady);
        await coming;
      });
    },
  );
});
