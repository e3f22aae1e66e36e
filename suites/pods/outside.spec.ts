/**
 * Pods that leave the cloud: they go through the router of their subnet, by its address.
 */
import { expect, outsideName, routerOf, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const megabyte = 1_000_000;
const transferMs = 10_000;

test.describe('a pod that speaks to the world outside', () => {
  test(
    'is seen there by the external address of its router',
    covers('POD-SNAT-01'),
    async ({ budgets, cloud, namespace, probes }) => {
      const pod = await namespace.pod('leaving');
      const network = await untilThere(cloud.networkOf(namespace), budgets.podReady);
      const router = await untilThere(routerOf(cloud, String(network.subnetId)), budgets.podReady);
      const [external = ''] = router.externalAddresses;
      const [address, server] = await Promise.all([
        probes.outside.facing(external),
        probes.serveOutside(),
      ]);
      const expected = { expect: { pods: [outsideName] } };
      const inside = probes.in(pod);

      await test.step('Neutron says that the router hides what is behind it', () => {
        expect(router).toMatchObject({ hasSnat: true, externalAddresses: [expect.any(String)] });
      });

      for (const [kind, port] of [
        ['tcp', server.tcpPort],
        ['udp', server.udpPort],
      ] as const) {
        await test.step(`the server outside answers over ${kind.toUpperCase()} and sees the address of the router`, async () => {
          await expect(inside[kind](address, port, expected)).toSettleOn(
            { verdict: 'open', ownAddress: pod.ip, clientAddress: external },
            budgets.dataplane,
          );
        });
      }

      await test.step('a megabyte arrives whole outside, and so does its echo', async () => {
        await expect(
          inside.tcp(address, server.tcpPort, {
            ...{ size: megabyte, timeoutMs: transferMs },
            ...expected,
          }),
        ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
      });
    },
  );
});
