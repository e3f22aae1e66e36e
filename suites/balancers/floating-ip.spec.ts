/**
 * Services of type LoadBalancer, from their floating IP: it answers outside, the status names it, and it
 * is given back.
 */
import {
  answersOf,
  claim,
  expect,
  expectedBalancer,
  podPort,
  reading,
  test,
  untilThere,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;

test.describe('a Service of type LoadBalancer', () => {
  test(
    'answers outside on a floating IP, which is released with the Service',
    covers('LB-FIP-01', 'LB-FIP-02', 'LB-FIP-03'),
    async ({ budgets, cloud, cluster, namespace, probes, profile }) => {
      await namespace.reserve({ loadBalancers: 2, floatingIps: 2 });
      const echo = await namespace.deploy('echo', { replicas: 2 });
      const pods = echo.pods.map(({ name }) => name);
      const options = {
        type: 'LoadBalancer',
        ports: [{ port: servicePort, targetPort: podPort }],
      } as const;
      // The one that stays is the live control when the other one is gone.
      const [kept, gone] = await Promise.all([
        namespace.expose(echo, { ...options, name: 'kept' }),
        namespace.expose(echo, { ...options, name: 'gone' }),
      ]);
      const services = [kept, gone] as const;

      await test.step('Octavia balances each Service over its ready pods', async () => {
        for (const service of services) {
          await expect(cloud.loadBalancerOf(service)).toSettleOn(
            expectedBalancer(service, echo.podIPs, podPort),
            budgets.loadBalancerActive,
          );
        }
      });

      const [keptAddress, goneAddress] = await Promise.all([
        untilThere(cluster.externalAddressOf(kept), budgets.floatingIp),
        untilThere(cluster.externalAddressOf(gone), budgets.floatingIp),
      ]);
      const floatingIp = await untilThere(cloud.floatingIpOf(gone), budgets.floatingIp);

      await test.step('the address in the status is a floating IP of Kuryr at the cluster IP', async () => {
        await expect(cloud.floatingIpOf(gone)).toSettleOn(
          {
            floating_ip_address: goneAddress,
            fixed_ip_address: gone.clusterIP,
            tags: expect.arrayContaining([profile.layout.resourceTag]),
          },
          budgets.floatingIp,
        );
        await expect(cluster.kuryrLoadBalancerOf(gone.namespace, gone.name)).toSettleOn(
          { publicIp: { id: floatingIp.id, address: goneAddress, allocation: 'pool' } },
          budgets.floatingIp,
        );
      });

      await test.step('every ready pod answers a client outside the cluster', async () => {
        for (const host of [keptAddress, goneAddress]) {
          await expect(
            answersOf(probes.outside, { protocol: 'TCP', host, port: servicePort, pods }),
          ).toSettleOn({ answeredBy: pods, trouble: undefined }, budgets.dataplane);
        }
      });

      await cluster.remove({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: gone.namespace, name: gone.name },
      });

      await test.step('Neutron and Octavia have nothing of the deleted Service', async () => {
        await expect(
          reading(`floating IP ${goneAddress} (${floatingIp.id})`, (signal) =>
            cloud.neutron.floatingIp(floatingIp.id, signal),
          ),
        ).toSettleOn(undefined, budgets.loadBalancerDeleted);
        await expect(cloud.loadBalancerOf(gone)).toSettleOn(undefined, budgets.loadBalancerDeleted);
        await expect(cloud.floatingIpOf(kept)).toSettleOn(
          { floating_ip_address: keptAddress },
          budgets.floatingIp,
        );
      });

      await test.step('nothing of this scenario answers on the released address, while the other Service does', async () => {
        const { outside } = probes;
        const [control, released] = [keptAddress, goneAddress].map((host) =>
          outside.probe('tcp', { host, port: servicePort }, { expect: { pods } }),
        ) as [ReturnType<typeof outside.probe>, ReturnType<typeof outside.probe>];

        // Somebody else may have the address by now: any answer but one of these pods is right.
        await expect(outside.beside(control, released)).toHold(
          claim('is no answer of these pods', ({ verdict }) => verdict !== 'open'),
          budgets.quiet,
        );
      });
    },
  );
});
