/**
 * What Kuryr does when its record of a Service and Octavia differ: it finds what is there, and makes what
 * is not.
 */
import {
  answersOf,
  claim,
  expect,
  expectedBalancer,
  type LoadBalancerView,
  podPort,
  test,
  untilThere,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const port = 80;
const ports = [{ port, targetPort: podPort }];
/** By its definition the record has no status of its own, so that a plain patch empties it. */
const emptied = [{ op: 'replace', path: '/status', value: {} }] as const;

test.describe('the record of a Service', () => {
  test(
    'that is emptied is filled again, from what is there or by making it anew',
    covers('SVC-REC-01', 'SVC-REC-02', 'DRV-SWITCH-01'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const [client, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.deploy('echo', { replicas: 2 }),
      ]);
      const pods = echo.pods.map(({ name }) => name);
      const service = await namespace.expose(echo, { ports });
      const balancer = cloud.loadBalancerOf(service);
      const record = cluster.kuryrLoadBalancerOf(service.namespace, service.name);
      const whole = expectedBalancer(service, echo.podIPs, podPort);
      const answers = answersOf(probes.in(client), {
        protocol: 'TCP',
        host: service.clusterIP,
        port,
        pods,
      });
      const noted = { listeners: [`TCP:${port}`], members: whole.members };

      await expect(balancer).toSettleOn(whole, budgets.loadBalancerActive);
      await expect(record).toSettleOn(noted, budgets.serviceActive);
      const first = await untilThere(balancer, budgets.serviceActive);

      await cluster.rewrite('KuryrLoadBalancer', service, emptied);

      await test.step('the record names the load balancer that was there, and nothing is made twice', async () => {
        await expect(record).toSettleOn(
          { ...noted, loadBalancerId: first.id },
          budgets.serviceActive,
        );
        await expect(balancer).toSettleOn({ ...whole, id: first.id }, budgets.loadBalancerActive);
        await expect(cloud.balancingOf(namespace)).toSettleOn(
          { loadBalancers: [service.name], listeners: 1, pools: 1 },
          budgets.census,
        );
      });

      await cloud.octavia.removeLoadBalancer(first.id);
      // Kuryr may have found out by itself before anybody looks.
      const isGone = claim<LoadBalancerView | undefined>(
        `is no longer ${first.id}`,
        (now) => now?.id !== first.id,
      );
      await expect(balancer).toSettleOn(isGone, budgets.loadBalancerDeleted);
      await cluster.rewrite('KuryrLoadBalancer', service, emptied);

      await test.step('a load balancer that was deleted is made anew at the same address', async () => {
        await expect(balancer).toSettleOn(whole, budgets.loadBalancerActive);
        await expect(record).toSettleOn(noted, budgets.serviceActive);
        await expect(answers).toSettleOn(
          { answeredBy: pods, trouble: undefined },
          budgets.dataplane,
        );
      });

      const second = await untilThere(balancer, budgets.serviceActive);
      const other = otherProvider[second.provider ?? ''] ?? 'amphora';
      await cluster.rewrite('KuryrLoadBalancer', service, [
        { op: 'replace', path: '/status/loadbalancer/provider', value: other },
      ]);

      await test.step('one that is noted with another provider than the wanted one makes room', async () => {
        await expect(balancer).toSettleOn(
          { ...whole, id: expect.not.stringMatching(second.id), provider: second.provider },
          budgets.loadBalancerActive,
        );
        await expect(record).toSettleOn(
          { ...noted, provider: second.provider },
          budgets.serviceActive,
        );
        await expect(answers).toSettleOn(
          { answeredBy: pods, trouble: undefined },
          budgets.dataplane,
        );
      });
    },
  );
});

const otherProvider: Readonly<Record<string, string>> = { ovn: 'amphora', amphora: 'ovn' };
