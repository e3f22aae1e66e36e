/**
 * APIs of the cloud, away for a while: what is there goes on without them, and what was wanted meanwhile
 * comes about when they are back.
 */
import { expect, expectedBalancer, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
const ports = [{ port: servicePort, targetPort: podPort }];
const open = { verdict: 'open' } as const;
const silent = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };

test.describe('an API that comes back', () => {
  test(
    'has not been missed by what was there, and Neutron makes what was wanted meanwhile',
    covers('RES-API-01', 'RES-API-02', 'RES-API-03'),
    async ({ budgets, cloud, cluster, namespace, outages, probes }) => {
      await namespace.reserve({ loadBalancers: 1 });
      const [client, house, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.pod('house', { labels: { role: 'house' } }),
        namespace.deploy('echo'),
      ]);
      const service = await namespace.expose(echo, { ports });
      const inside = probes.in(client);
      const pods = echo.pods.map(({ name }) => name);
      const served = inside.tcp(service.clusterIP, servicePort, { expect: { pods } });
      await expect(served).toSettleOn(open, budgets.loadBalancerActive);
      await expect(inside.tcp(house.ip, podPort)).toSettleOn(open, budgets.dataplane);

      await outages.begin('neutron');

      const elsewhere = await namespace.sibling('late');
      const coming = elsewhere.pod('late');
      coming.catch(() => undefined);
      const policy = await namespace.policy('closed', {
        podSelector: { matchLabels: { role: 'house' } },
        policyTypes: ['Ingress'],
      });

      await test.step('without it nothing new is made, and what was there goes on', async () => {
        await expect(cluster.podOf(elsewhere.name, 'late')).toSettleOn(
          { status: { phase: 'Pending' } },
          budgets.podReady,
        );
        await Promise.all([
          expect(served).toHold(open, budgets.quiet),
          expect(inside.tcp(house.ip, podPort)).toHold(open, budgets.quiet),
        ]);
        await expect(cluster.podOf(elsewhere.name, 'late')).toSettleOn(
          { status: { phase: 'Pending' } },
          budgets.standing,
        );
      });

      await outages.end();

      await test.step('the pod that was made meanwhile has its network', async () => {
        const { name, ip } = await coming;
        await expect(inside.tcp(ip, podPort, { expect: { pods: [name] } })).toSettleOn(
          open,
          budgets.dataplane,
        );
      });

      await test.step('the policy that was made meanwhile is in force', async () => {
        await expect(cloud.carriersOf(policy, [client, house])).toSettleOn(
          { carriers: [`${house.namespace}/${house.name}`] },
          budgets.policyEffective,
        );
        await expect(inside.tcp(house.ip, podPort)).toSettleOn(silent, budgets.policyInForce);
        await expect(served).toSettleOn(open, budgets.dataplane);
      });
    },
  );

  test(
    'has not been missed by what was there, and what was made without Keystone is served',
    covers('RES-API-07', 'RES-API-08'),
    async ({ budgets, cloud, namespace, outages, probes }) => {
      await namespace.reserve({ loadBalancers: 2 });
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const service = await namespace.expose(echo, { ports });
      const inside = probes.in(client);
      const pods = echo.pods.map(({ name }) => name);
      const served = inside.tcp(service.clusterIP, servicePort, { expect: { pods } });
      const house = inside.tcp(echo.podIPs[0] ?? '', podPort, { expect: { pods } });
      await expect(served).toSettleOn(open, budgets.loadBalancerActive);

      await outages.begin('keystone');

      // Whoever has a token that others still know may be served at once, which is no matter here.
      const coming = namespace.pod('late');
      coming.catch(() => undefined);
      const late = await namespace.expose({ ...echo, name: 'late' }, { ports });

      await test.step('without it what was there goes on', async () => {
        await Promise.all([
          expect(served).toHold(open, budgets.quiet),
          expect(house).toHold(open, budgets.quiet),
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
    },
  );

  test(
    'has not been missed by Services, and Octavia makes and removes what it was to do meanwhile',
    covers('RES-API-04', 'RES-API-05', 'RES-API-06'),
    async ({ budgets, cloud, cluster, namespace, outages, probes }) => {
      await namespace.reserve({ loadBalancers: 3 });
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const stays = await namespace.expose(echo, { ports });
      const goes = await namespace.expose({ ...echo, name: 'goes' }, { ports });
      const inside = probes.in(client);
      const pods = echo.pods.map(({ name }) => name);
      const served = inside.tcp(stays.clusterIP, servicePort, { expect: { pods } });
      for (const service of [stays, goes]) {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
      }
      await expect(served).toSettleOn(open, budgets.dataplane);

      await outages.begin('octavia');

      const late = await namespace.expose({ ...echo, name: 'late' }, { ports });
      await cluster.remove({
        ...{ apiVersion: 'v1', kind: 'Service' },
        metadata: { namespace: goes.namespace, name: goes.name },
      });

      await test.step('without it nothing new answers, and what was there goes on', async () => {
        await expect(inside.tcp(late.clusterIP, servicePort)).toSettleOn(silent, budgets.dataplane);
        await expect(served).toHold(open, budgets.quiet);
        await expect(inside.tcp(late.clusterIP, servicePort)).toSettleOn(silent, budgets.standing);
      });

      await outages.end();

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

      await test.step('the load balancer of the deleted Service goes', async () => {
        await expect(cloud.loadBalancerOf(goes)).toSettleOn(undefined, budgets.loadBalancerDeleted);
        await expect(served).toSettleOn(open, budgets.dataplane);
      });
    },
  );
});
