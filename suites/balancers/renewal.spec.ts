/**
 * The floating IP of a Service whose load balancer is made anew.
 */
import { claim, expect, expectedBalancer, podPort, reading, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const ports = [{ port: 80, targetPort: podPort }];

test.describe('a Service of type LoadBalancer', () => {
  test(
    'leaves no floating IP behind when its load balancer is made anew',
    covers('LB-FIP-05'),
    async ({ budgets, cloud, cluster, namespace }) => {
      await namespace.reserve({ loadBalancers: 1, floatingIps: 2 });
      const echo = await namespace.deploy('echo');
      const service = await namespace.expose(echo, { ports, type: 'LoadBalancer' });
      const balancer = cloud.loadBalancerOf(service);
      const whole = expectedBalancer(service, echo.podIPs, podPort);

      await expect(balancer).toSettleOn(whole, budgets.loadBalancerActive);
      const [first, address] = await Promise.all([
        untilThere(cloud.floatingIpOf(service), budgets.floatingIp),
        untilThere(cluster.externalAddressOf(service), budgets.floatingIp),
      ]);
      namespace.adoptFloatingIp(first.id);
      const { id } = await untilThere(balancer, budgets.serviceActive);
      await cloud.octavia.removeLoadBalancer(id);
      await expect(balancer).toSettleOn(
        // Kuryr may have looked what is lost, and have made it anew already.
        claim('is gone, or another one', (now) => now?.id !== id),
        budgets.loadBalancerDeleted,
      );
      await cluster.rewrite('KuryrLoadBalancer', service, [
        { op: 'replace', path: '/status', value: {} },
      ]);

      await test.step('the new load balancer has a floating IP', async () => {
        await expect(balancer).toSettleOn(whole, budgets.loadBalancerActive);
        await untilThere(cloud.floatingIpOf(service), budgets.floatingIp);
      });

      await test.step(`${address}, which it had before, is at the new one, or gone`, async () => {
        const loose = reading(`floating IP ${address} at no port`, async (signal) => {
          const found = await cloud.neutron.floatingIp(first.id, signal);
          return [found].filter((one) => one !== undefined && one.port_id === undefined).length;
        });

        await expect(loose).toSettleOn(0, budgets.floatingIp);
      });
    },
  );
});
