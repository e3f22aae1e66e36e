/**
 * Services that Kuryr leaves alone: headless ones, and those of types that it does not support.
 */
import { answersOf, expect, expectedBalancer, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const port = 80;
const ports = [{ port, targetPort: podPort }];

const ignored = [
  { name: 'headless', isHeadless: true, ports },
  { name: 'node-port', type: 'NodePort', ports },
  {
    name: 'external-name',
    type: 'ExternalName',
    ports,
    selector: null,
    more: { externalName: 'example.org' },
  },
] as const;

test.describe('a Service that is not for Kuryr', () => {
  test(
    'has nothing in Octavia, and one beside it is served, whatever its session affinity',
    covers('SVC-SKIP-01', 'SVC-SKIP-02', 'SVC-SKIP-03', 'SVC-AFF-01', 'SVC-HAIR-01'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const echo = await namespace.deploy('echo', { replicas: 2 });
      const pods = echo.pods.map(({ name }) => name);
      const [client] = echo.pods as [(typeof echo.pods)[number]];
      const skipped = await Promise.all(ignored.map((options) => namespace.expose(echo, options)));
      // Made last: when it is served, Kuryr has seen the others.
      const service = await namespace.expose(echo, {
        name: 'served',
        ports,
        more: { sessionAffinity: 'ClientIP' },
      });

      await test.step('the Service that was made last is served, without session persistence', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            ...expectedBalancer(service, echo.podIPs, podPort),
            pools: [{ persistence: undefined }],
          },
          budgets.loadBalancerActive,
        );
      });

      await test.step('connections of one pod go to all pods, and to itself', async () => {
        await expect(
          answersOf(probes.in(client), { protocol: 'TCP', host: service.clusterIP, port, pods }),
        ).toSettleOn({ answeredBy: pods, trouble: undefined }, budgets.dataplane);
      });

      await test.step('Octavia and Kuryr have nothing for the others', async () => {
        await expect(cloud.balancingOf(namespace)).toHold(
          { loadBalancers: [service.name] },
          budgets.quiet,
        );
        for (const { namespace: space, name } of skipped) {
          await expect(cluster.kuryrLoadBalancerOf(space, name)).toSettleOn(
            undefined,
            budgets.census,
          );
        }
      });
    },
  );

  test('is told of in an event', covers('SVC-SKIP-04'), async ({ budgets, cluster, namespace }) => {
    const workload = { name: 'nobody', labels: { app: 'nobody' } };
    const services = await Promise.all(
      ignored.map((options) => namespace.expose(workload, options)),
    );

    for (const service of services) {
      await expect(cluster.kuryrEventsOf(service)).toSettleOn(
        expect.arrayContaining(['KuryrServiceSkipped']),
        budgets.serviceActive,
      );
    }
  });
});
