/**
 * The providers that Octavia has to offer, and the one that Kuryr asks for.
 */
import { expect, podPort, reading, test } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('the providers of Octavia', () => {
  test(
    'include the one that Kuryr uses',
    covers('DRV-LIST-01'),
    async ({ budgets, cloud, profile }) => {
      await expect(
        reading('providers of Octavia', (signal) => cloud.octavia.providers(signal)),
      ).toSettleOn(expect.arrayContaining([profile.octavia.provider]), budgets.census);
    },
  );

  test(
    'include octavia where they include amphora',
    covers('DRV-LIST-02'),
    async ({ budgets, cloud }) => {
      await expect(
        reading('providers of Octavia', (signal) => cloud.octavia.providers(signal)),
      ).toSettleOn(expect.arrayContaining(['amphora', 'octavia']), budgets.census);
    },
  );

  test(
    'are asked by Kuryr for one of them by name',
    covers('DRV-ASK-01'),
    async ({ budgets, cluster, namespace, profile }) => {
      const service = await namespace.expose(
        { name: 'nobody', labels: { app: 'nobody' } },
        { ports: [{ port: 80, targetPort: podPort }] },
      );

      await expect(cluster.kuryrLoadBalancerOf(service.namespace, service.name)).toSettleOn(
        { clusterIp: service.clusterIP, wantedProvider: profile.octavia.provider },
        budgets.serviceActive,
      );
    },
  );
});
