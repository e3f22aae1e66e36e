/**
 * Timeouts of idle connections, which annotations of a Service ask for.
 */
import { expect, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const ports = [{ port: 80, targetPort: podPort }];
const annotation = {
  client: 'openstack.org/kuryr-timeout-client-data',
  member: 'openstack.org/kuryr-timeout-member-data',
} as const;

test.describe('the timeouts of a listener', () => {
  test(
    'are those of the annotations, follow them, and are the usual ones without them',
    covers('SVC-TIME-01', 'SVC-TIME-02'),
    async ({ budgets, cloud, namespace }) => {
      const echo = await namespace.deploy('echo');
      // What Octavia does by itself is seen at the Service beside it.
      const [service, usual] = await Promise.all([
        namespace.expose(echo, {
          name: 'web',
          ports,
          annotations: { [annotation.client]: '70000', [annotation.member]: '80000' },
        }),
        namespace.expose(echo, { name: 'usual', ports }),
      ]);
      const balancer = cloud.loadBalancerOf(service);

      await test.step('the listener has the timeouts of both annotations', async () => {
        await expect(balancer).toSettleOn(
          {
            provisioningStatus: 'ACTIVE',
            listeners: [{ timeouts: { client: 70_000, member: 80_000 } }],
            members: [`${echo.podIPs[0] ?? ''}:${podPort}`],
          },
          budgets.loadBalancerActive,
        );
      });

      await namespace.expose(echo, {
        name: 'web',
        ports,
        annotations: { [annotation.client]: '90000', [annotation.member]: '80000' },
      });

      await test.step('the one that is changed changes, and the other one stays', async () => {
        await expect(balancer).toSettleOn(
          { listeners: [{ timeouts: { client: 90_000, member: 80_000 } }] },
          budgets.loadBalancerActive,
        );
      });

      await namespace.expose(echo, {
        name: 'web',
        ports,
        annotations: { [annotation.client]: null, [annotation.member]: null },
      });
      const other = await untilThere(cloud.loadBalancerOf(usual), budgets.serviceActive);

      await test.step('without annotations it has those of a Service that never had any', async () => {
        await expect(balancer).toSettleOn(
          { listeners: other.listeners.map(({ timeouts }) => ({ timeouts })) },
          budgets.loadBalancerActive,
        );
      });
    },
  );
});
