/**
 * Whose address the pods behind a Service see: with the ovn provider it is that of the client, on which
 * policies rely.
 */
import { claim, expect, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
const ports = [{ port: servicePort, targetPort: podPort }];

test.describe('a pod behind a Service', () => {
  test(
    'sees the address of the pod that asks',
    covers('LB-OVN-03'),
    async ({ budgets, cloud, namespace, probes }) => {
      const [client, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.deploy('echo', { replicas: 2 }),
      ]);
      const service = await namespace.expose(echo, { ports });

      await test.step('the load balancer is one of the ovn provider', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          { provisioningStatus: 'ACTIVE', provider: 'ovn', vipAddress: service.clusterIP },
          budgets.loadBalancerActive,
        );
      });

      await test.step('the answer names the address of the client, not one of the load balancer', async () => {
        await expect(
          probes.in(client).tcp(service.clusterIP, servicePort, {
            expect: { pods: echo.pods.map(({ name }) => name) },
          }),
        ).toSettleOn({ verdict: 'open', clientAddress: client.ip }, budgets.dataplane);
      });
    },
  );

  test(
    'sees the address of the client outside the cluster',
    covers('LB-OVN-04'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      await namespace.reserve({ loadBalancers: 1, floatingIps: 1 });
      const echo = await namespace.deploy('echo', { replicas: 2 });
      const service = await namespace.expose(echo, { type: 'LoadBalancer', ports });

      await test.step('the load balancer is one of the ovn provider', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          { provisioningStatus: 'ACTIVE', provider: 'ovn', vipAddress: service.clusterIP },
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
