/**
 * The type of a Service, changed while it is in use: the address outside the cluster comes and goes with
 * type LoadBalancer.
 */
import { expect, expectedBalancer, podPort, reading, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const ports = [{ port: 80, targetPort: podPort }];

test.describe('a Service that changes its type', () => {
  test(
    'gets a floating IP when it becomes one of type LoadBalancer',
    covers('LB-TYPE-01'),
    async ({ budgets, cloud, cluster, namespace }) => {
      await namespace.reserve({ loadBalancers: 1, floatingIps: 1 });
      const echo = await namespace.deploy('echo');
      const service = await namespace.expose(echo, { ports });

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        expectedBalancer(service, echo.podIPs, podPort),
        budgets.loadBalancerActive,
      );
      await namespace.expose(echo, { ports, type: 'LoadBalancer' });

      await test.step('the status names an address, and it is at the cluster IP', async () => {
        await untilThere(cluster.externalAddressOf(service), budgets.floatingIp);
        await expect(cloud.floatingIpOf(service)).toSettleOn(
          { fixed_ip_address: service.clusterIP },
          budgets.floatingIp,
        );
      });
    },
  );

  test(
    'loses its floating IP when it becomes one of type ClusterIP',
    covers('LB-TYPE-02'),
    async ({ budgets, cloud, namespace }) => {
      await namespace.reserve({ loadBalancers: 1, floatingIps: 1 });
      const echo = await namespace.deploy('echo');
      const service = await namespace.expose(echo, { ports, type: 'LoadBalancer' });
      const given = await untilThere(cloud.floatingIpOf(service), budgets.loadBalancerActive);

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        expectedBalancer(service, echo.podIPs, podPort),
        budgets.loadBalancerActive,
      );
      await namespace.expose(echo, { ports, type: 'ClusterIP' });

      await test.step('Neutron does not have it any more', async () => {
        await expect(
          reading(`floating IP ${given.floating_ip_address}`, (signal) =>
            cloud.neutron.floatingIp(given.id, signal),
          ),
        ).toSettleOn(undefined, budgets.floatingIp);
      });
    },
  );
});
