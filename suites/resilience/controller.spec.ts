/**
 * Kuryr's controller, away for a while: what is there goes on without it, and when it is back it does what
 * it has missed.
 */
import { expect, expectedBalancer, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
const ports = [{ port: servicePort, targetPort: podPort }];
const open = { verdict: 'open' } as const;
const silent = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };

test.describe('a controller that comes back', () => {
  test(
    'has not been missed by what was there, and serves what was made meanwhile',
    covers('RES-CTRL-01', 'RES-CTRL-02', 'RES-CTRL-05'),
    async ({ budgets, cloud, cluster, namespace, outages, probes }) => {
      await namespace.reserve({ loadBalancers: 2 });
      const [client, house, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.pod('house', { labels: { role: 'house' } }),
        namespace.deploy('echo'),
      ]);
      const service = await namespace.expose(echo, { ports });
      const inside = probes.in(client);
      const pods = echo.pods.map(({ name }) => name);
      const served = inside.tcp(service.clusterIP, servicePort, { expect: { pods } });
      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        expectedBalancer(service, echo.podIPs, podPort),
        budgets.loadBalancerActive,
      );
      await expect(served).toSettleOn(open, budgets.dataplane);

      await outages.begin('kuryr-controller');

      const coming = namespace.pod('late');
      coming.catch(() => undefined);
      const late = await namespace.expose({ ...echo, name: 'late' }, { ports });
      const policy = await namespace.policy('closed', {
        podSelector: { matchLabels: { role: 'house' } },
        policyTypes: ['Ingress'],
      });

      await test.step('without it nothing new is served, and what was there goes on', async () => {
        await Promise.all([
          expect(cluster.kuryrPortOf(client.namespace, 'late')).toHold(undefined, budgets.quiet),
          expect(cloud.loadBalancerOf(late)).toHold(undefined, budgets.quiet),
          expect(served).toHold(open, budgets.quiet),
          expect(inside.tcp(house.ip, podPort)).toHold(open, budgets.quiet),
        ]);
      });

      await outages.end();

      await test.step('the pod that was made meanwhile has its network', async () => {
        const { name, ip } = await coming;
        await expect(inside.tcp(ip, podPort, { expect: { pods: [name] } })).toSettleOn(
          open,
          budgets.dataplane,
        );
      });

      await test.step('the Service that was made meanwhile answers', async () => {
        await expect(cloud.loadBalancerOf(late)).toSettleOn(
          expectedBalancer(late, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(inside.tcp(late.clusterIP, servicePort, { expect: { pods } })).toSettleOn(
          open,
          budgets.dataplane,
        );
      });

      await test.step('the policy that was made meanwhile is in force', async () => {
        await expect(cloud.carriersOf(policy, [client, house])).toSettleOn(
          { carriers: [`${house.namespace}/${house.name}`] },
          budgets.policyEffective,
        );
        await expect(
          inside.beside(
            inside.probe('tcp', { host: service.clusterIP, port: servicePort }),
            inside.probe('tcp', { host: house.ip, port: podPort }),
          ),
        ).toSettleOn(silent, budgets.policyEffective);
      });
    },
  );

  test(
    'removes what was deleted meanwhile, and follows the pods of a Service',
    covers('RES-CTRL-03', 'RES-CTRL-04'),
    async ({ budgets, cloud, cluster, namespace, outages, probes }) => {
      await namespace.reserve({ loadBalancers: 2 });
      const [client, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.deploy('echo', { replicas: 2 }),
      ]);
      const stays = await namespace.expose(echo, { ports });
      const goes = await namespace.expose({ ...echo, name: 'goes' }, { ports });
      for (const service of [stays, goes]) {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
      }
      const [first, second] = echo.pods;
      const of = (
        kind: string,
        { namespace: home, name }: { namespace: string; name: string },
      ) => ({
        ...{ apiVersion: 'v1', kind, metadata: { namespace: home, name } },
      });

      await outages.begin('kuryr-controller');
      await cluster.remove(of('Service', goes));
      await cluster.remove(of('Pod', { namespace: client.namespace, name: first?.name ?? '' }));

      await test.step('without it everything stays in Octavia', async () => {
        await Promise.all(
          [stays, goes].map((service) =>
            expect(cloud.loadBalancerOf(service)).toHold(
              expectedBalancer(service, echo.podIPs, podPort),
              budgets.quiet,
            ),
          ),
        );
      });

      await outages.end();

      await test.step('the load balancer of the deleted Service goes', async () => {
        await expect(cloud.loadBalancerOf(goes)).toSettleOn(undefined, budgets.loadBalancerDeleted);
      });

      await test.step('the other one has the pod that is left, which answers', async () => {
        await expect(cloud.loadBalancerOf(stays)).toSettleOn(
          expectedBalancer(stays, second === undefined ? [] : [second.ip], podPort),
          budgets.loadBalancerActive,
        );
        await expect(
          probes.in(client).tcp(stays.clusterIP, servicePort, {
            expect: { pods: second === undefined ? [] : [second.name] },
          }),
        ).toSettleOn(open, budgets.dataplane);
      });
    },
  );
});
