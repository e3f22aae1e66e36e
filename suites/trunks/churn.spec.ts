/**
 * Subports that come and go: VLAN ids stay with their pods, and what is given back is off the trunk.
 */
import { derived, expect, expectedTable, podPort, subportsOf, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const replicas = 3;
const rounds = ['first', 'second'] as const;

test.describe('the trunk of a node', () => {
  test(
    'gives each pod a VLAN id of its own while pods of one name come and go',
    covers('TRUNK-05'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const { near: node } = await cluster.podNodes();
      const target = { protocol: 'TCP', port: podPort } as const;

      for (const round of rounds) {
        await test.step(`the pods of the ${round} round have the VLAN ids of their subports`, async () => {
          const { pods } = await namespace.deploy('churn', { replicas, node });
          const ports = await Promise.all(
            pods.map((pod) => untilThere(cloud.portOf(pod), budgets.podReady)),
          );

          for (const [index, pod] of pods.entries()) {
            await expect(cluster.kuryrPortOf(pod.namespace, pod.name)).toSettleOn(
              {
                podUid: pod.uid,
                vif: { portId: ports[index]?.id, vlanId: ports[index]?.trunk?.segmentationId },
              },
              budgets.podReady,
            );
          }
          expect(new Set(ports.map(({ trunk }) => trunk?.segmentationId)).size).toBe(replicas);
          expect(new Set(ports.map(({ trunk }) => trunk?.id)).size, 'trunks').toBe(1);
          await expect(probes.tableOf(pods, target)).toSettleOn(
            expectedTable(pods, target, () => 'open'),
            budgets.dataplane,
          );
        });

        await test.step(`the pods of the ${round} round go`, async () => {
          for (const name of Array.from({ length: replicas }, (_, index) => `churn-${index}`)) {
            const metadata = { namespace: namespace.name, name };

            await cluster.remove({ apiVersion: 'v1', kind: 'Pod', metadata });
            await expect(cluster.podOf(namespace.name, name)).toSettleOn(
              undefined,
              budgets.podDeleted,
            );
          }
        });
      }
    },
  );

  test(
    'loses the subport of a deleted pod, and keeps that of its neighbour',
    covers('TRUNK-03'),
    async ({ budgets, cloud, cluster, namespace }) => {
      const { near: node } = await cluster.podNodes();
      const [doomed, kept] = await Promise.all([
        namespace.pod('doomed', { node }),
        namespace.pod('kept', { node }),
      ]);
      const [port, other] = await Promise.all([
        untilThere(cloud.portOf(doomed), budgets.podReady),
        untilThere(cloud.portOf(kept), budgets.podReady),
      ]);
      const place = { networkId: port.networkId, trunkId: String(port.trunk?.id) };
      const ids = derived(
        subportsOf(cloud, place),
        `subports of the namespace on node ${node}`,
        (subports) => subports.map(({ portId }) => portId).sort(),
      );

      await expect(ids).toSettleOn([port.id, other.id].sort(), budgets.podReady);

      await cluster.remove({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: doomed.namespace, name: doomed.name },
      });

      await test.step('the trunk has the subport of the neighbour alone, and the port is deleted', async () => {
        await expect(ids).toSettleOn([other.id], budgets.podDeleted);
        await expect(cloud.portById(port.id)).toSettleOn(undefined, budgets.podDeleted);
        await expect(cloud.portById(other.id)).toSettleOn({ status: 'ACTIVE' }, budgets.census);
      });
    },
  );
});
