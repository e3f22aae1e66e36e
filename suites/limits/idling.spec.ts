/**
 * Idled Services: whoever asks one wakes it with OpenShift's own network, and nobody with Kuryr.
 */
import { expect, expectedBalancer, podPort, reading, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const port = 80;
const ports = [{ port, targetPort: podPort }];
/** What "oc idle" writes down, and the event that asks for pods again. */
const idling = { idledAt: 'idling.alpha.openshift.io/idled-at', wakeUp: 'NeedPods' };

test.describe('a Service that was idled', () => {
  test(
    'is not woken by connections',
    covers('LIM-IDLE-01'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      await namespace.reserve({ loadBalancers: 2 });
      const [client, awake, asleep] = await Promise.all([
        namespace.pod('client'),
        namespace.deploy('awake'),
        namespace.deploy('asleep'),
      ]);
      const [control, idled] = await Promise.all([
        namespace.expose(awake, { ports }),
        namespace.expose(asleep, { ports }),
      ]);
      await expect(cloud.loadBalancerOf(idled)).toSettleOn(
        expectedBalancer(idled, asleep.podIPs, podPort),
        budgets.loadBalancerActive,
      );

      for (const { name } of asleep.pods) {
        const metadata = { namespace: namespace.name, name };
        await cluster.remove({ apiVersion: 'v1', kind: 'Pod', metadata });
      }
      await cluster.apply({
        ...{ apiVersion: 'v1', kind: 'Service' },
        metadata: {
          ...{ namespace: idled.namespace, name: idled.name },
          annotations: { [idling.idledAt]: new Date().toISOString() },
        },
        spec: { selector: asleep.labels, ports },
      });

      await test.step('the load balancer stays, without members', async () => {
        await expect(cloud.loadBalancerOf(idled)).toSettleOn(
          { provisioningStatus: 'ACTIVE', members: [] },
          budgets.loadBalancerActive,
        );
      });

      await test.step('it answers nobody, while its neighbour does', async () => {
        const inside = probes.in(client);
        const at = (host: string): ReturnType<typeof inside.probe> =>
          inside.probe('tcp', { host, port });

        await expect(inside.tcp(control.clusterIP, port)).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
        await expect(inside.beside(at(control.clusterIP), at(idled.clusterIP))).toHold(
          { verdict: expect.stringMatching(/^(dropped|rejected|wrong-answer)$/) },
          budgets.quiet,
        );
      });

      await test.step('nobody has asked for its pods', async () => {
        const calls = reading(`events ${idling.wakeUp} about ${idled.name}`, async (signal) =>
          (await cluster.events(idled.namespace, idled.name, signal))
            .map(({ reason = '' }) => reason)
            .filter((reason) => reason === idling.wakeUp),
        );

        await expect(calls).toHold([], budgets.quiet);
      });
    },
  );
});
