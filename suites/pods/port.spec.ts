/**
 * A pod on the pod network, seen from Neutron: one port, in the subnet of its namespace.
 */
import { expect, podPort, reading, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('a pod on the pod network', () => {
  test(
    'is one ACTIVE and tagged port of Neutron',
    covers('POD-PORT-01', 'POD-PORT-03', 'POD-PORT-04'),
    async ({ budgets, cloud, cluster, namespace, probes, profile }) => {
      const [pod, neighbour] = await Promise.all([
        namespace.pod('seen'),
        namespace.pod('neighbour'),
      ]);
      const port = await untilThere(cloud.portOf(pod), budgets.podReady);

      await test.step('the port is ACTIVE and carries the tag of Kuryr', async () => {
        await expect(cloud.portOf(pod)).toSettleOn(
          {
            status: 'ACTIVE',
            isAdminUp: true,
            fixedIps: [pod.ip],
            tags: expect.arrayContaining([profile.layout.resourceTag]),
          },
          budgets.podReady,
        );
      });

      await test.step('no other port has the address of the pod', async () => {
        const holders = reading(`ports with the address ${pod.ip} in its network`, (signal) =>
          cloud.neutron.ports(
            { network_id: port.networkId, fixed_ips: `ip_address=${pod.ip}` },
            signal,
          ),
        );

        await expect(holders).toSettleOn([{ id: port.id }], budgets.census);
      });

      await test.step('KuryrPort names the same port, address and node', async () => {
        await expect(cluster.kuryrPortOf(pod.namespace, pod.name)).toSettleOn(
          {
            podUid: pod.uid,
            nodeName: pod.node,
            vif: {
              portId: port.id,
              addresses: [pod.ip],
              macAddress: port.macAddress,
              networkId: port.networkId,
              isActive: true,
            },
          },
          budgets.podReady,
        );
      });

      await test.step('the pod answers at the address of its port', async () => {
        await expect(
          probes.in(neighbour).tcp(pod.ip, podPort, { expect: { pods: [pod.name] } }),
        ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
      });

      await test.step('the port stays ACTIVE', async () => {
        await expect(cloud.portOf(pod)).toHold({ status: 'ACTIVE' }, budgets.quiet);
      });
    },
  );

  test(
    'has its port in the one subnet of its namespace',
    covers('NS-NET-01', 'POD-PORT-02'),
    async ({ budgets, cloud, cluster, namespace, profile }) => {
      const other = await namespace.sibling('other');
      const [pod, stranger] = await Promise.all([namespace.pod('here'), other.pod('there')]);
      const network = await untilThere(cloud.networkOf(namespace), budgets.podReady);

      await test.step('the namespace has one network with one subnet, both tagged', async () => {
        await expect(namespace.footprint).toSettleOn(
          { networks: [expect.any(String)], subnets: [expect.any(String)] },
          budgets.census,
        );
        await expect(cloud.networkOf(namespace)).toSettleOn(
          {
            tags: expect.arrayContaining([profile.layout.resourceTag]),
            subnetTags: expect.arrayContaining([profile.layout.resourceTag]),
          },
          budgets.census,
        );
      });

      await test.step('KuryrNetwork names the same network and subnet', async () => {
        await expect(cluster.kuryrNetworkOf(namespace.name)).toSettleOn(
          { networkId: network.networkId, subnetId: network.subnetId, subnetCidr: network.cidr },
          budgets.podReady,
        );
      });

      await test.step('the port of the pod is in that subnet, that of a stranger is not', async () => {
        const strange = await untilThere(cloud.networkOf(other), budgets.podReady);

        await expect(cloud.portOf(pod)).toSettleOn(
          { networkId: network.networkId, subnetId: network.subnetId },
          budgets.podReady,
        );
        await expect(cloud.portOf(stranger)).toSettleOn(
          { networkId: strange.networkId, subnetId: strange.subnetId },
          budgets.podReady,
        );
        expect(strange.networkId, 'network of the other namespace').not.toBe(network.networkId);
      });
    },
  );

  test(
    'without a trunk is bound on the node of the pod',
    covers('POD-PORT-05'),
    async ({ budgets, cloud, cluster, namespace }) => {
      const pod = await namespace.pod('bare');

      await expect(cloud.portOf(pod)).toSettleOn(
        { deviceOwner: 'compute:kuryr', deviceId: pod.uid, hostId: pod.node, trunk: undefined },
        budgets.podReady,
      );
      await expect(cluster.kuryrPortOf(pod.namespace, pod.name)).toSettleOn(
        { podUid: pod.uid, vif: { addresses: [pod.ip], vlanId: undefined, isActive: true } },
        budgets.podReady,
      );
    },
  );
});
