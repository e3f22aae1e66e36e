/**
 * Whose address the pods behind a floating IP see: with the ovn provider it is that of the client, on
 * which policies rely.
 */
import { claim, expect, expectedBalancer, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;

test.describe('a pod behind a floating IP', () => {
  test(
    'sees the address of the client outside the cluster',
    covers('LB-OVN-04'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      await namespace.reserve({ loadBalancers: 1, floatingIps: 1 });
      const echo = await namespace.deploy('echo');
      const service = await namespace.expose(echo, {
        type: 'LoadBalancer',
        ports: [{ port: servicePort, targetPort: podPort }],
      });

      await test.step('the load balancer is one of the ovn provider, with the pod behind it', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          { ...expectedBalancer(service, echo.podIPs, podPort), provider: 'ovn' },
          budgets.loadBalancerActive,
        );
      });

      const address = await untilThere(cluster.externalAddressOf(service), budgets.floatingIp);

      await test.step('the answer names the address that the client has itself', async () => {
        await expect(
          probes.outside.tcp(address, servicePort, {
            expect: { pods: echo.pods.map(({ name }) => name) },
          }),
        ).toSettleOn(
          claim(
            'is open, and the server saw the address that the client has itself',
            ({ verdict, clientAddress, ownAddress }) =>
              verdict === 'open' && ownAddress !== undefined && clientAddress === ownAddress,
          ),
          budgets.dataplane,
        );
      });
    },
  );
});
