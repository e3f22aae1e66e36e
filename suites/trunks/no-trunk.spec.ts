/**
 * A node whose port in Neutron is no parent of a trunk: its pods wait, and everybody else is served.
 */
import { addPhantomNode, expect, sparePort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('a node whose port has no trunk', () => {
  test(
    'gets no ports for its pods, while the pods of other nodes get theirs',
    covers('TRUNK-06'),
    async ({ budgets, cloud, cluster, namespace, presence, profile, run }) => {
      const first = await namespace.pod('first');
      const { trunk } = await untilThere(cloud.portOf(first), budgets.podReady);
      await using spare = await sparePort(cloud, {
        beside: String(trunk?.parentPortId),
        tag: profile.layout.resourceTag,
      });
      // A controller that cannot serve such a node might serve nobody.
      await presence.alone();
      await using phantom = await addPhantomNode(cluster, {
        name: `${namespace.name}-node`,
        address: spare.address,
        runId: run.runId,
        scenario: namespace.name,
      });
      const waiting = { namespace: namespace.name, name: 'waiting' };

      await phantom.bind(waiting);

      await test.step('the pod is bound to the node, and Kuryr has no port for it', async () => {
        await expect(cluster.podOf(waiting.namespace, waiting.name)).toSettleOn(
          { spec: { nodeName: phantom.name }, status: { hostIP: spare.address, phase: 'Pending' } },
          budgets.census,
        );
        await expect(cluster.kuryrPortOf(waiting.namespace, waiting.name)).toSettleOn(
          { nodeName: phantom.name, vif: undefined },
          budgets.podReady,
        );
        await expect(cluster.kuryrPortOf(waiting.namespace, waiting.name)).toHold(
          { vif: undefined, isBeingDeleted: false },
          budgets.quiet,
        );
      });

      await test.step('the controller wires a new pod of another node meanwhile', async () => {
        const second = await namespace.pod('second');

        await expect(cluster.kuryrPortOf(second.namespace, second.name)).toSettleOn(
          { podUid: second.uid, vif: { isActive: true } },
          budgets.podReady,
        );
        await expect(cluster.kuryrPortOf(waiting.namespace, waiting.name)).toSettleOn(
          { vif: undefined },
          budgets.census,
        );
      });
    },
  );
});
