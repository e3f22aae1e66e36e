/**
 * Ports that Kuryr makes in advance: a pod takes one that waits, the pool is filled up, and the port of a
 * deleted pod waits for the next one.
 */
import { claim, derived, expect, subportsOf, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('the pool of ports of a node', () => {
  test(
    'serves the pods of a namespace, is filled up, and keeps the ports of deleted pods',
    covers('POD-POOL-01', 'POD-POOL-02', 'POD-POOL-03'),
    async ({ budgets, cloud, cluster, namespace, profile }) => {
      const { min, batch } = profile.portPool ?? { min: 1, batch: 1 };
      const { near: node } = await cluster.podNodes();
      const first = await namespace.pod('first', { node });
      const one = await untilThere(cloud.portOf(first), budgets.podReady);
      const place = { networkId: one.networkId, trunkId: String(one.trunk?.id) };
      const used = new Set([one.id]);
      const waiting = derived(
        subportsOf(cloud, place),
        `ports that wait on node ${node}`,
        (subports) => subports.map(({ portId }) => portId).filter((id) => !used.has(id)),
      );
      const isFilled = claim<string[]>(
        `${min} to ${min + batch} ports`,
        ({ length }) => length >= min && length <= min + batch,
      );

      await test.step('ports wait on the trunk of the node, as many as the settings say', async () => {
        await expect(waiting).toSettleOn(isFilled, budgets.podReady);
      });

      const before = await untilThere(waiting, budgets.census);
      const second = await namespace.pod('second', { node });
      const two = await untilThere(cloud.portOf(second), budgets.podReady);

      await test.step('the next pod takes one of them', () => {
        expect(before, 'ports that were waiting').toContain(two.id);
      });

      await test.step('the pool is filled up again', async () => {
        used.add(two.id);
        await expect(waiting).toSettleOn(isFilled, budgets.podReady);
      });

      await cluster.remove({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: first.namespace, name: first.name },
      });

      await test.step('the port of a deleted pod belongs to nobody and stays on its trunk', async () => {
        await expect(cluster.kuryrPortOf(first.namespace, first.name)).toSettleOn(
          undefined,
          budgets.podDeleted,
        );
        await expect(cloud.portById(one.id)).toHold(
          { status: 'ACTIVE', trunk: { id: place.trunkId } },
          budgets.quiet,
        );
      });
    },
  );
});
