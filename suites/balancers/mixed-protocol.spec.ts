/**
 * One floating IP for TCP and UDP.
 */
import { answersOf, expect, expectedBalancer, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const port = 80;

test.describe('a Service of type LoadBalancer with TCP and UDP on one port', () => {
  test(
    'answers outside over both, on one floating IP',
    covers('LB-FIP-04'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      await namespace.reserve({ loadBalancers: 1, floatingIps: 1 });
      const echo = await namespace.deploy('echo', { replicas: 2 });
      const pods = echo.pods.map(({ name }) => name);
      const service = await namespace.expose(echo, {
        type: 'LoadBalancer',
        ports: [
          { port, protocol: 'TCP', targetPort: podPort },
          { port, protocol: 'UDP', targetPort: podPort },
        ],
      });

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        expectedBalancer(service, echo.podIPs, podPort),
        budgets.loadBalancerActive,
      );
      const host = await untilThere(cluster.externalAddressOf(service), budgets.floatingIp);

      for (const protocol of ['TCP', 'UDP'] as const) {
        await test.step(`every ready pod answers over ${protocol}`, async () => {
          await expect(answersOf(probes.outside, { protocol, host, port, pods })).toSettleOn(
            { answeredBy: pods, trouble: undefined },
            budgets.dataplane,
          );
        });
      }
    },
  );
});
