/**
 * The webhook by which OpenShift forces resolvers to TCP where a Service cannot have DNS over both
 * protocols. Which releases have it is known; the release and Octavia are asked.
 */
import { derived, expect, expectedTcpDns, OpenShift, test } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('a new pod on OpenShift', () => {
  test(
    'is forced to TCP for DNS where its release does so, by a webhook that lets pods pass when it is down',
    covers('OCP-DNS-01', 'OCP-DNS-02'),
    async ({ budgets, cloud, cluster, namespace }) => {
      const openShift = new OpenShift(cluster);
      const expected = expectedTcpDns(
        await openShift.release(),
        await cloud.octavia.apiVersion(AbortSignal.timeout(budgets.standing.withinMs)),
      );
      const pod = await namespace.pod('plain');

      await test.step('the webhook is there, or is not, as the release and Octavia say', async () => {
        await expect(openShift.dnsWebhook).toSettleOn(expected.webhook, budgets.standing);
      });

      await test.step('so are the resolver options of a pod that asks for none', async () => {
        const options = derived(
          cluster.podOf(pod.namespace, pod.name),
          `resolver options of pod ${pod.namespace}/${pod.name}`,
          (found) => (found?.spec?.dnsConfig?.options ?? []).map(({ name }) => name ?? ''),
        );

        await expect(options).toSettleOn(expected.options, budgets.standing);
      });
    },
  );
});
