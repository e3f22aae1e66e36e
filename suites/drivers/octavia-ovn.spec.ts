/**
 * The ovn provider of Octavia: Kuryr uses it for everything, so no virtual machine stands for a Service.
 */
import { claim, expect, podPort, reading, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const ports = [{ port: 80, targetPort: podPort }];

test.describe('a cloud with the ovn provider', () => {
  test(
    'has no load balancer of Kuryr of another provider',
    covers('LB-OVN-01'),
    async ({ budgets, cloud, namespace, probes, profile }) => {
      const echo = await namespace.deploy('echo', { replicas: 2 });
      const service = await namespace.expose(echo, { ports });
      const name = `${service.namespace}/${service.name}`;
      const [client] = await Promise.all([
        namespace.pod('client'),
        untilThere(cloud.loadBalancerOf(service), budgets.loadBalancerActive),
      ]);

      await test.step('every load balancer with the tag of Kuryr is of the provider ovn, the new one too', async () => {
        const balancers = reading('load balancers of Kuryr and their providers', async (signal) =>
          (await cloud.octavia.loadBalancers({}, signal))
            .filter(({ tags }) => tags.includes(profile.layout.resourceTag))
            .map((balancer) => ({ name: balancer.name, provider: balancer.provider })),
        );

        await expect(balancers).toSettleOn(
          claim(
            `are all of the provider ovn, ${name} among them`,
            (found) =>
              found.some((balancer) => balancer.name === name) &&
              found.every(({ provider }) => provider === 'ovn'),
          ),
          budgets.loadBalancerActive,
        );
      });

      await test.step('the new load balancer works', async () => {
        await expect(probes.in(client).tcp(service.clusterIP, 80)).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
      });
    },
  );

  test(
    'has no amphora for a load balancer of Kuryr',
    covers('LB-OVN-02'),
    async ({ budgets, cloud, namespace, probes, profile }) => {
      const [client, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.deploy('echo', { replicas: 2 }),
      ]);
      const service = await namespace.expose(echo, { ports });

      await test.step('a load balancer of Kuryr is ACTIVE and answers', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            provisioningStatus: 'ACTIVE',
            tags: expect.arrayContaining([profile.layout.resourceTag]),
          },
          budgets.loadBalancerActive,
        );
        await expect(probes.in(client).tcp(service.clusterIP, 80)).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
      });

      await test.step('no amphora belongs to any load balancer of Kuryr', async () => {
        const amphorae = reading('amphorae of the load balancers of Kuryr', async (signal) => {
          const [balancers, machines] = await Promise.all([
            cloud.octavia.loadBalancers({}, signal),
            cloud.octavia.amphorae({}, signal),
          ]);
          const ours = balancers
            .filter(({ tags }) => tags.includes(profile.layout.resourceTag))
            .map(({ id }) => id);
          return machines.filter(({ loadbalancer_id }) => ours.includes(String(loadbalancer_id)));
        });

        await expect(amphorae).toHold([], budgets.quiet);
      });
    },
  );
});
