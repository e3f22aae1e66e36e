/**
 * Pods as VLAN subports: each has its own VLAN id on the trunk of its node.
 */
import { expect, expectedTable, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const vlanIds = { lowest: 1, highest: 4094 };

test.describe('a pod in nested mode', () => {
  test(
    'is a subport with a VLAN id of its own on the trunk of its node',
    covers('TRUNK-01', 'TRUNK-02'),
    async ({ budgets, cloud, cluster, namespace, probes, profile }) => {
      const nodes = await cluster.nodes();
      const { pods } = await namespace.deploy('nested', { replicas: 4 });
      const ports = await Promise.all(
        pods.map((pod) => untilThere(cloud.portOf(pod), budgets.podReady)),
      );

      await test.step('each port is a subport of the trunk whose parent is the port of the node', async () => {
        for (const pod of pods) {
          const node = nodes.find(({ name }) => name === pod.node);

          await expect(cloud.portOf(pod)).toSettleOn(
            {
              status: 'ACTIVE',
              deviceOwner: 'trunk:subport',
              trunk: {
                parentIp: node?.internalIp,
                status: 'ACTIVE',
                segmentationType: 'vlan',
              },
            },
            budgets.podReady,
          );
        }
      });

      await test.step('no two subports of one trunk share a VLAN id', () => {
        const places = ports.map(({ trunk }) => `${trunk?.id}: VLAN ${trunk?.segmentationId}`);
        const ids = ports.map(({ trunk }) => trunk?.segmentationId);

        expect(new Set(places).size, places.join(', ')).toBe(pods.length);
        expect(Math.min(...ids.map(Number))).toBeGreaterThanOrEqual(vlanIds.lowest);
        expect(Math.max(...ids.map(Number))).toBeLessThanOrEqual(vlanIds.highest);
      });

      await test.step('KuryrPort hands the same VLAN id to the node', async () => {
        for (const [index, { namespace: home, name }] of pods.entries()) {
          const port = ports[index];

          await expect(cluster.kuryrPortOf(home, name)).toSettleOn(
            {
              vif: {
                kind: 'VIFVlanNested',
                portId: port?.id,
                macAddress: port?.macAddress,
                vlanId: port?.trunk?.segmentationId,
              },
            },
            budgets.podReady,
          );
        }
      });

      await test.step('the port of the node carries the tag of Kuryr, by which it is found', async () => {
        for (const { trunk } of ports) {
          await expect(cloud.portById(String(trunk?.parentPortId))).toSettleOn(
            { status: 'ACTIVE', tags: expect.arrayContaining([profile.layout.resourceTag]) },
            budgets.podReady,
          );
        }
      });

      await test.step('each pod is reached through its own VLAN and answers for itself', async () => {
        const target = { protocol: 'TCP', port: podPort } as const;

        await expect(probes.tableOf(pods, target)).toSettleOn(
          expectedTable(pods, target, () => 'open'),
          budgets.dataplane,
        );
      });
    },
  );
});
