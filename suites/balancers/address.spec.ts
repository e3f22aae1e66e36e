/**
 * The address outside the cluster that a user asks for, and one that the cloud has already.
 */
import { answersOf, expect, expectedBalancer, podPort, reading, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
const options = {
  type: 'LoadBalancer',
  ports: [{ port: servicePort, targetPort: podPort }],
} as const;

test.describe('a Service that asks for an address', () => {
  test(
    'has it while it is there, leaves it to the user, and never takes that of another one',
    covers('LB-IP-01', 'LB-IP-02', 'LB-IP-03'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      await namespace.reserve({ loadBalancers: 2, floatingIps: 1 });
      const echo = await namespace.deploy('echo', { replicas: 2 });
      const pods = echo.pods.map(({ name }) => name);
      const [pod] = echo.pods as [(typeof echo.pods)[number]];
      const given = await namespace.floatingIp(pod);
      const more = { loadBalancerIP: given.floating_ip_address };
      const owner = await namespace.expose(echo, { ...options, name: 'owner', more });
      const outside = answersOf(probes.outside, {
        protocol: 'TCP',
        host: given.floating_ip_address,
        port: servicePort,
        pods,
      });
      const floatingIp = reading(`floating IP ${given.floating_ip_address}`, (signal) =>
        cloud.neutron.floatingIp(given.id, signal),
      );

      await test.step('the status names it, the record too, and every pod answers there', async () => {
        await expect(cluster.externalAddressOf(owner)).toSettleOn(
          given.floating_ip_address,
          budgets.loadBalancerActive,
        );
        await expect(cluster.kuryrLoadBalancerOf(owner.namespace, owner.name)).toSettleOn(
          {
            publicIp: { id: given.id, address: given.floating_ip_address, allocation: 'user' },
          },
          budgets.floatingIp,
        );
        await expect(floatingIp).toSettleOn(
          { fixed_ip_address: owner.clusterIP },
          budgets.floatingIp,
        );
        await expect(outside).toSettleOn(
          { answeredBy: pods, trouble: undefined },
          budgets.dataplane,
        );
      });

      const late = await namespace.expose(echo, { ...options, name: 'late', more });

      await test.step('another Service that asks for the same one is balanced, but has no address', async () => {
        await expect(cloud.loadBalancerOf(late)).toSettleOn(
          expectedBalancer(late, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(cluster.externalAddressOf(late)).toHold(undefined, budgets.quiet);
        await expect(floatingIp).toSettleOn(
          { fixed_ip_address: owner.clusterIP },
          budgets.floatingIp,
        );
      });

      await cluster.remove({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: owner.namespace, name: owner.name },
      });

      await test.step('the address is there after the Service is gone, at no port', async () => {
        await expect(cloud.loadBalancerOf(owner)).toSettleOn(
          undefined,
          budgets.loadBalancerDeleted,
        );
        await expect(floatingIp).toSettleOn(
          { id: given.id, port_id: undefined },
          budgets.floatingIp,
        );
      });
    },
  );

  test(
    'gets another one when it asks for another one',
    covers('LB-IP-04'),
    async ({ budgets, cluster, namespace }) => {
      await namespace.reserve({ loadBalancers: 1, floatingIps: 2 });
      const echo = await namespace.deploy('echo');
      const [pod] = echo.pods as [(typeof echo.pods)[number]];
      const [first, second] = await Promise.all([
        namespace.floatingIp(pod),
        namespace.floatingIp(pod),
      ]);
      const asking = (loadBalancerIP: string) => ({ ...options, more: { loadBalancerIP } });
      const service = await namespace.expose(echo, asking(first.floating_ip_address));

      await expect(cluster.externalAddressOf(service)).toSettleOn(
        first.floating_ip_address,
        budgets.loadBalancerActive,
      );
      await namespace.expose(echo, asking(second.floating_ip_address));

      await test.step('the status names the other address', async () => {
        await expect(cluster.externalAddressOf(service)).toSettleOn(
          second.floating_ip_address,
          budgets.floatingIp,
        );
      });
    },
  );
});
