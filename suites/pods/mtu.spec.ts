/**
 * Packets as large as Neutron says that the network of a pod carries.
 */
import {
  claim,
  derived,
  type DeviceView,
  expect,
  podPort,
  reading,
  test,
  untilThere,
} from '#helpers';
import { covers } from '../requirements/index.ts';

/** The headers of IPv4 and UDP; what is left of the MTU is the largest datagram in one packet. */
const headerBytes = 28;
const smallestDatagram = 256;
const severalMegabytes = 4_000_000;
const transferMs = 20_000;
/** What the kernel calls the devices of overlays. */
const tunnels = ['vxlan', 'geneve'];
const isUntunnelled = claim<DeviceView[]>('devices of which none is a tunnel', (devices) =>
  devices.every(({ name, kind }) => !tunnels.includes(kind) && !/^(vxlan|genev)/.test(name)),
);

test.describe('the network of a pod', () => {
  test(
    'carries packets as large as its MTU',
    covers('POD-NET-04', 'POD-MTU-01'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const nodes = await cluster.podNodes();
      const [near, far] = await Promise.all([
        namespace.pod('near', { node: nodes.near }),
        namespace.pod('far', { node: nodes.far }),
      ]);
      const port = await untilThere(cloud.portOf(near), budgets.podReady);
      const mtu = await untilThere(
        reading('MTU of the network of the pods', async (signal) => {
          const network = await cloud.neutron.network(port.networkId, signal);
          return network?.mtu;
        }),
        budgets.census,
      );

      await test.step('Kuryr gives the interface of each pod the MTU of the network', async () => {
        for (const pod of [near, far]) {
          await expect(cluster.kuryrPortOf(pod.namespace, pod.name)).toSettleOn(
            { vif: { networkId: port.networkId, mtu } },
            budgets.podReady,
          );
        }
      });

      await test.step('the kernel of each pod gives the same MTU to its interface', async () => {
        for (const pod of [near, far]) {
          const interfaces = derived(
            probes.in(pod).devices,
            `interfaces of pod ${pod.name}`,
            (devices) => devices.filter(({ name }) => name !== 'lo'),
          );

          await expect(interfaces).toSettleOn([{ name: 'eth0', mtu }], budgets.census);
        }
      });

      await test.step('a small datagram arrives and comes back', async () => {
        await expect(
          probes.in(near).udp(far.ip, podPort, {
            size: smallestDatagram,
            expect: { pods: [far.name] },
          }),
        ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
      });

      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        await test.step(`a packet of the size of the MTU from pod "${from.name}" arrives and comes back`, async () => {
          await expect(
            probes.in(from).udp(to.ip, podPort, {
              size: mtu - headerBytes,
              expect: { pods: [to.name] },
            }),
          ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
        });
      }

      await test.step('megabytes over TCP arrive whole in both directions', async () => {
        await expect(
          probes.in(near).tcp(far.ip, podPort, {
            size: severalMegabytes,
            timeoutMs: transferMs,
            expect: { pods: [far.name] },
          }),
        ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
      });
    },
  );

  test(
    'is the only overlay: no node has a tunnel for its pods',
    covers('POD-MTU-02'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const nodes = await cluster.podNodes();
      const pod = await namespace.pod('pod', { node: nodes.near });

      await test.step('the pod is a subport of its node, whose interface holds its packets', async () => {
        const port = await untilThere(cloud.portOf(pod), budgets.podReady);
        const parent = await untilThere(
          cloud.portById(String(port.trunk?.parentPortId)),
          budgets.census,
        );
        const [own, parents] = await Promise.all(
          [port, parent].map(({ networkId }) => cloud.neutron.network(networkId)),
        );

        expect(Number(own?.mtu), 'MTU of the network of the pod').toBeLessThanOrEqual(
          Number(parents?.mtu),
        );
      });

      for (const node of new Set([nodes.near, nodes.far])) {
        await test.step(`node ${node} shows its interface and no tunnel`, async () => {
          const { devices } = probes.on(node);

          await expect(devices).toSettleOn(
            claim<DeviceView[]>('a device besides the loopback', (seen) => seen.length > 1),
            budgets.census,
          );
          await expect(devices).toSettleOn(isUntunnelled, budgets.census);
        });
      }
    },
  );
});
