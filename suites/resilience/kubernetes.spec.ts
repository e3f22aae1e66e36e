/**
 * The API of Kubernetes, away for a while. What can be seen meanwhile is seen from a machine beside the
 * cluster, as the way into pods leads through that API.
 */
import { expect, expectedBalancer, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
const ports = [{ port: servicePort, targetPort: podPort }];
const open = { verdict: 'open' } as const;

test.describe('the API of Kubernetes that comes back', () => {
  test(
    'has not been missed by what was there, and Kuryr serves what comes after it',
    covers('RES-API-09', 'RES-API-10'),
    async ({ budgets, cloud, namespace, outages, probes }) => {
      await namespace.reserve({ loadBalancers: 2 });
      const { machine } = probes;
      const echo = await namespace.deploy('echo');
      const service = await namespace.expose(echo, { ports });
      const pods = echo.pods.map(({ name }) => name);
      const served = machine.tcp(service.clusterIP, servicePort, { expect: { pods } });
      const pod = machine.tcp(echo.podIPs[0] ?? '', podPort, { expect: { pods } });
      await expect(served).toSettleOn(open, budgets.loadBalancerActive);
      await expect(pod).toSettleOn(open, budgets.dataplane);

      await outages.begin('kubernetes');

      await test.step('without it what was there goes on', async () => {
        await Promise.all([
          expect(served).toHold(open, budgets.quiet),
          expect(pod).toHold(open, budgets.quiet),
        ]);
      });

      await outages.end();

      const late = await namespace.deploy('late');
      const lateService = await namespace.expose(late, { ports });
      const latePods = { expect: { pods: late.pods.map(({ name }) => name) } };

      await test.step('a pod that is made then has its network', async () => {
        await expect(machine.tcp(late.podIPs[0] ?? '', podPort, latePods)).toSettleOn(
          open,
          budgets.dataplane,
        );
      });

      await test.step('a Service that is made then answers', async () => {
        await expect(cloud.loadBalancerOf(lateService)).toSettleOn(
          expectedBalancer(lateService, late.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(machine.tcp(lateService.clusterIP, servicePort, latePods)).toSettleOn(
          open,
          budgets.dataplane,
        );
        await expect(served).toSettleOn(open, budgets.dataplane);
      });
    },
  );
});
