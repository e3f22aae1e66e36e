/**
 * The network of the nodes: pods in it are none of Kuryr's business, and both networks reach each other.
 */
import { expect, podPort, reading, test } from '#helpers';
import { covers } from '../requirements/index.ts';

/** A port of the node itself, where hardly anything else serves. */
const nodePort = 28_080;

test.describe('a pod in the network of its node', () => {
  test(
    'has no port, reaches the pods of every node and is reached by them',
    covers('POD-HOST-01', 'POD-NET-05', 'POD-NET-06'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const nodes = await cluster.podNodes();
      const [host, near, far] = await Promise.all([
        namespace.pod('host', {
          hostNetwork: true,
          node: nodes.near,
          ports: { tcp: [nodePort], udp: [nodePort], http: [] },
        }),
        namespace.pod('near', { node: nodes.near }),
        namespace.pod('far', { node: nodes.far }),
      ]);
      const node = (await cluster.nodes()).find(({ name }) => name === host.node);

      await test.step('its address is that of its node, and Kuryr keeps no record of it', async () => {
        expect(host.ip).toBe(node?.internalIp);
        await expect(cluster.kuryrPortOf(near.namespace, near.name)).toSettleOn(
          { podUid: near.uid },
          budgets.podReady,
        );
        await expect(cluster.kuryrPortOf(host.namespace, host.name)).toHold(
          undefined,
          budgets.quiet,
        );
      });

      await test.step('its address belongs to one port, that of the node', async () => {
        const holders = reading(`ports with the address ${host.ip}`, (signal) =>
          cloud.neutron.ports({ fixed_ips: `ip_address=${host.ip}` }, signal),
        );

        await expect(holders).toSettleOn(
          [{ device_owner: expect.not.stringMatching(/^(trunk:subport|compute:kuryr)$/) }],
          budgets.census,
        );
      });

      for (const kind of ['tcp', 'udp'] as const) {
        await test.step(`the node reaches the pods of both nodes over ${kind.toUpperCase()}`, async () => {
          for (const pod of [near, far]) {
            await expect(
              probes.in(host)[kind](pod.ip, podPort, { expect: { pods: [pod.name] } }),
            ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
          }
        });

        await test.step(`the pods of both nodes reach the node over ${kind.toUpperCase()}`, async () => {
          for (const pod of [near, far]) {
            await expect(
              probes.in(pod)[kind](host.ip, nodePort, { expect: { pods: [host.name] } }),
            ).toSettleOn({ verdict: 'open', clientAddress: pod.ip }, budgets.dataplane);
          }
        });
      }
    },
  );
});
