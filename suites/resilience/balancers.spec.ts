/**
 * Load balancers that their provider has left in a bad state: ERROR, or pending for good.
 */
import {
  claim,
  expect,
  expectedBalancer,
  type LoadBalancerView,
  podPort,
  test,
  untilThere,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const [port, wantedPort] = [80, 81];
const ports = [{ name: 'first', port, targetPort: podPort }];
const morePorts = [...ports, { name: 'second', port: wantedPort, targetPort: podPort }];
const open = { verdict: 'open' } as const;

test.describe('a load balancer of a provider that has failed', () => {
  test(
    'is made anew at its address when it is in ERROR and its Service changes',
    covers('RES-LB-01'),
    async ({ budgets, cloud, namespace, outages, probes }) => {
      await namespace.reserve({ loadBalancers: 1 });
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const inside = probes.in(client);
      const service = await namespace.expose(echo, { ports });
      const balancer = cloud.loadBalancerOf(service);
      await expect(balancer).toSettleOn(
        expectedBalancer(service, echo.podIPs, podPort),
        budgets.loadBalancerActive,
      );
      const before = await untilThere(balancer, budgets.serviceActive);

      await outages.mark(before.id, 'ERROR');
      const changed = await namespace.expose(echo, { ports: morePorts });

      await test.step('Octavia has another one, with everything that the Service wants', async () => {
        const isAnother = claim<LoadBalancerView | undefined>(
          `is another one than ${before.id}`,
          (now) => now !== undefined && now.id !== before.id,
        );
        await expect(balancer).toSettleOn(isAnother, budgets.loadBalancerActive);
        await expect(balancer).toSettleOn(
          { ...expectedBalancer(changed, echo.podIPs, podPort), members: expect.anything() },
          budgets.loadBalancerActive,
        );
      });

      await test.step('the Service answers at its old port and at the new one', async () => {
        await expect(inside.tcp(service.clusterIP, port)).toSettleOn(open, budgets.dataplane);
        await expect(inside.tcp(service.clusterIP, wantedPort)).toSettleOn(open, budgets.dataplane);
      });
    },
  );

  test(
    'holds up nobody else while it is pending, and has what its Service wants when it is not',
    covers('RES-LB-02', 'RES-LB-03'),
    async ({ budgets, cloud, namespace, outages, probes }) => {
      await namespace.reserve({ loadBalancers: 2 });
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const inside = probes.in(client);
      const service = await namespace.expose(echo, { ports });
      const balancer = cloud.loadBalancerOf(service);
      await expect(balancer).toSettleOn(
        expectedBalancer(service, echo.podIPs, podPort),
        budgets.loadBalancerActive,
      );
      const { id } = await untilThere(balancer, budgets.serviceActive);

      await outages.mark(id, 'PENDING_UPDATE');
      const changed = await namespace.expose(echo, { ports: morePorts });
      const other = await namespace.expose({ ...echo, name: 'other' }, { ports });

      await test.step('another Service is served meanwhile, and the first one as before', async () => {
        await expect(cloud.loadBalancerOf(other)).toSettleOn(
          expectedBalancer(other, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(inside.tcp(other.clusterIP, port)).toSettleOn(open, budgets.dataplane);
        await expect(inside.tcp(service.clusterIP, port)).toSettleOn(open, budgets.dataplane);
        await expect(balancer).toHold(
          { id, provisioningStatus: 'PENDING_UPDATE', listeners: [{ port }] },
          budgets.quiet,
        );
      });

      await outages.end();

      await test.step('the load balancer has the new port, and is the same', async () => {
        await expect(balancer).toSettleOn(
          { id, provisioningStatus: 'ACTIVE', listeners: [{ port }, { port: wantedPort }] },
          budgets.loadBalancerActive,
        );
        await expect(inside.tcp(changed.clusterIP, wantedPort)).toSettleOn(open, budgets.dataplane);
      });
    },
  );
});
