/**
 * Pods that have done their work: what they held in Neutron is free, although they are still there.
 */
import { expect, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('a pod that has completed', () => {
  for (const { title, cites, left } of [
    {
      title: 'gives its port back to the pool while the pod is still there',
      cites: covers('POD-DONE-01', 'POD-DONE-03'),
      // Without a trunk it is DOWN, as nothing is plugged into it.
      left: { id: expect.any(String) },
    },
    {
      title: 'leaves no port behind while the pod is still there',
      cites: covers('POD-DONE-01', 'POD-DONE-02'),
      left: undefined,
    },
  ] as const) {
    test(title, cites, async ({ budgets, cloud, cluster, namespace, probes }) => {
      const [worker, neighbour] = await Promise.all([
        namespace.pod('worker'),
        namespace.pod('neighbour'),
      ]);
      const [port, kept] = await Promise.all([
        untilThere(cloud.portOf(worker), budgets.podReady),
        untilThere(cloud.portOf(neighbour), budgets.podReady),
      ]);

      await probes.in(worker).end();

      await test.step('the pod is there and has succeeded', async () => {
        await expect(cluster.podOf(worker.namespace, worker.name)).toSettleOn(
          { status: { phase: 'Succeeded' } },
          budgets.podDeleted,
        );
      });

      await test.step('Kuryr has no record of an interface of it, and one of that of its neighbour', async () => {
        await expect(cluster.kuryrPortOf(worker.namespace, worker.name)).toSettleOn(
          undefined,
          budgets.podDeleted,
        );
        await expect(cluster.kuryrPortOf(neighbour.namespace, neighbour.name)).toSettleOn(
          { podUid: neighbour.uid, vif: { portId: kept.id, isActive: true } },
          budgets.podReady,
        );
      });

      await test.step('its port is free, and that of its neighbour is not', async () => {
        await expect(cloud.portById(port.id)).toSettleOn(left, budgets.podDeleted);
        await expect(cloud.portById(kept.id)).toSettleOn({ status: 'ACTIVE' }, budgets.census);
        await expect(cluster.podOf(worker.namespace, worker.name)).toSettleOn(
          { metadata: { uid: worker.uid } },
          budgets.census,
        );
      });
    });
  }
});
