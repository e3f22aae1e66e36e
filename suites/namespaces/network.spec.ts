/**
 * The network of a namespace: when it comes, what it is called, where it is routed, and what becomes of
 * a namespace that is made anew.
 */
import { expect, noPorts, podPort, routerOf, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('the network of a namespace', () => {
  for (const { title, cites, namesOf } of [
    {
      title: 'is called after uid and name, and is on the one router of all namespaces',
      cites: covers('NS-NET-02', 'NS-NET-03', 'NS-NAME-01'),
      namesOf: (namespace: { readonly name: string; readonly uid: string }) => {
        const name = `${namespace.uid}/${namespace.name}`;
        return { name, subnetName: name };
      },
    },
    {
      title: 'is called after the name alone, and is on the one router of all namespaces',
      cites: covers('NS-NET-02', 'NS-NET-03', 'NS-NAME-02'),
      namesOf: ({ name }: { readonly name: string }) => ({
        name: `ns/${name}-net`,
        subnetName: `ns/${name}-subnet`,
      }),
    },
  ]) {
    test(title, cites, async ({ budgets, cloud, cluster, namespace }) => {
      const other = await namespace.sibling('other');
      await Promise.all([namespace.pod('here'), other.pod('there')]);

      await test.step('network and subnet have the names of this release, out of one pool', async () => {
        const { subnetPoolId } = await untilThere(cloud.networkOf(other), budgets.podReady);

        expect(subnetPoolId, 'pool of the other subnet').toEqual(expect.any(String));
        await expect(cloud.networkOf(namespace)).toSettleOn(
          { ...namesOf(namespace), subnetPoolId },
          budgets.podReady,
        );
      });

      await test.step('each subnet has one interface on the router that KuryrNetwork names, and it is the same', async () => {
        const { subnetId } = await untilThere(cloud.networkOf(other), budgets.podReady);
        const router = await untilThere(routerOf(cloud, String(subnetId)), budgets.podReady);

        for (const each of [namespace, other]) {
          const own = await untilThere(cloud.networkOf(each), budgets.podReady);

          await expect(routerOf(cloud, String(own.subnetId))).toSettleOn(
            { id: router.id, interfaces: [expect.any(String)] },
            budgets.podReady,
          );
          await expect(cluster.kuryrNetworkOf(each.name)).toSettleOn(
            { routerId: router.id },
            budgets.podReady,
          );
        }
      });
    });
  }

  test(
    'comes with the first pod on the pod network',
    covers('NS-NET-04'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const empty = await namespace.sibling('empty');
      const [witness] = await Promise.all([
        namespace.pod('witness'),
        empty.pod('host', { hostNetwork: true, ports: noPorts }),
      ]);

      await test.step('a pod in the network of its node brings none, while a namespace beside it has one', async () => {
        await untilThere(cloud.networkOf(namespace), budgets.podReady);
        await expect(cloud.networkOf(empty)).toHold(undefined, budgets.quiet);
        await expect(cluster.kuryrNetworkOf(empty.name)).toSettleOn(undefined, budgets.census);
      });

      const first = await empty.pod('first');

      await test.step('with the first pod the namespace has network and subnet, and the pod answers', async () => {
        const network = await untilThere(cloud.networkOf(empty), budgets.podReady);

        await expect(cluster.kuryrNetworkOf(empty.name)).toSettleOn(
          { networkId: network.networkId, subnetId: network.subnetId },
          budgets.podReady,
        );
        await expect(cloud.portOf(first)).toSettleOn(
          { networkId: network.networkId },
          budgets.podReady,
        );
        await expect(
          probes.in(witness).tcp(first.ip, podPort, { expect: { pods: [first.name] } }),
        ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
      });
    },
  );

  test(
    'is there as soon as the namespace is',
    covers('NS-NET-05'),
    async ({ budgets, cloud, cluster, namespace }) => {
      // The network comes first, and its subnet after it.
      await expect(cloud.networkOf(namespace)).toSettleOn(
        { subnetId: expect.any(String) },
        budgets.podReady,
      );
      const network = await untilThere(cloud.networkOf(namespace), budgets.podReady);

      await expect(cluster.pods(namespace.name)).resolves.toEqual([]);
      await expect(cluster.kuryrNetworkOf(namespace.name)).toSettleOn(
        { networkId: network.networkId, subnetId: network.subnetId },
        budgets.podReady,
      );
    },
  );

  test(
    'is another one when a namespace of the same name is made anew',
    covers('NS-REC-01'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const doomed = await namespace.sibling('doomed');
      const [witness, before] = await Promise.all([namespace.pod('witness'), doomed.pod('same')]);
      const old = await untilThere(cloud.networkOf(doomed), budgets.podReady);

      await cluster.remove({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: doomed.name },
      });
      await expect(cluster.namespaceOf(doomed.name)).toSettleOn(
        undefined,
        budgets.namespaceDeleted,
      );
      const again = await doomed.anew();
      const after = await again.pod('same');

      await test.step('the new namespace has a network of its own, and the old one is gone', async () => {
        const network = await untilThere(cloud.networkOf(again), budgets.podReady);

        expect(network.networkId).not.toBe(old.networkId);
        expect(after.uid).not.toBe(before.uid);
        await expect(cluster.kuryrNetworkOf(again.name)).toSettleOn(
          { networkId: network.networkId, isBeingDeleted: false },
          budgets.podReady,
        );
        expect(await cloud.neutron.network(old.networkId), 'the old network').toBeUndefined();
      });

      await test.step('its pod has a port there and answers', async () => {
        await expect(cloud.portOf(after)).toSettleOn({ status: 'ACTIVE' }, budgets.podReady);
        await expect(
          probes.in(witness).tcp(after.ip, podPort, { expect: { pods: [after.name] } }),
        ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
      });
    },
  );
});
