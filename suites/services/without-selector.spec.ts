/**
 * Services without a selector, whose Endpoints somebody else keeps.
 */
import { answersOf, expect, expectedBalancer, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const port = 80;
const ports = [{ port, targetPort: podPort }];

test.describe('a Service without a selector', () => {
  test(
    'reaches the addresses of its Endpoints, and none when they are deleted',
    covers('SVC-EXT-01', 'SVC-EXT-02'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const [client, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.deploy('echo', { replicas: 2 }),
      ]);
      const service = await namespace.expose(echo, { ports, selector: null });
      const pods = echo.pods.map(({ name }) => name);
      const metadata = { namespace: service.namespace, name: service.name };
      const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata };
      const inside = probes.in(client);

      await cluster.apply({
        ...endpoints,
        subsets: [{ addresses: echo.podIPs.map((ip) => ({ ip })), ports: [{ port: podPort }] }],
      });

      await test.step('Octavia balances the cluster IP over the addresses, and both answer', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(
          answersOf(inside, { protocol: 'TCP', host: service.clusterIP, port, pods }),
        ).toSettleOn({ answeredBy: pods, trouble: undefined }, budgets.dataplane);
      });

      await cluster.remove(endpoints);

      await test.step('no member is left, and nobody answers', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          { provisioningStatus: 'ACTIVE', members: [] },
          budgets.loadBalancerActive,
        );
        await expect(
          inside.beside(
            inside.probe('tcp', { host: echo.podIPs[0] ?? '', port: podPort }),
            inside.probe('tcp', { host: service.clusterIP, port }),
          ),
        ).toHold(
          { verdict: expect.stringMatching(/^(dropped|rejected|wrong-answer)$/) },
          budgets.quiet,
        );
      });
    },
  );

  test(
    'has no load balancer up to Ussuri, while one with a selector has',
    covers('SVC-EXT-03'),
    async ({ budgets, cloud, cluster, namespace }) => {
      const echo = await namespace.deploy('echo');
      const alone = await namespace.expose(echo, { name: 'alone', ports, selector: null });
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { namespace: alone.namespace, name: alone.name },
        subsets: [{ addresses: echo.podIPs.map((ip) => ({ ip })), ports: [{ port: podPort }] }],
      });
      const usual = await namespace.expose(echo, { name: 'usual', ports });

      await test.step('the one with a selector, made later, is served', async () => {
        await expect(cloud.loadBalancerOf(usual)).toSettleOn(
          expectedBalancer(usual, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
      });

      await test.step('Octavia has nothing for the one without', async () => {
        await expect(cloud.balancingOf(namespace)).toHold(
          { loadBalancers: [usual.name] },
          budgets.quiet,
        );
      });
    },
  );
});
