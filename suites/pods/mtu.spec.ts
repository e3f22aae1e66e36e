/**
 * Packets as large as Neutron says that the network of a pod carries.
 */
import { expect, podPort, reading, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

/** The headers of IPv4 and UDP; what is left of the MTU is the largest datagram in one packet. */
const headerBytes = 28;
const smallestDatagram = 256;
const severalMegabytes = 4_000_000;
const transferMs = 20_000;

test.describe('the network of a pod', () => {
  test(
    'carries packets as large as its MTU',
    covers('POD-NET-04'),
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
});
