/**
 * Security groups on subports, put there through Neutron alone: whether the firewall looks into trunks is
 * a matter of the cloud, before any policy of Kubernetes comes into it.
 */
import { closePort, expect, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('a security group without ingress rules', () => {
  for (const { title, cites, found, verdict } of [
    {
      title: 'closes the subport that carries it, and no other',
      cites: covers('TRUNK-SG-01'),
      found: 'closed',
      verdict: expect.stringMatching(/^(dropped|rejected)$/),
    },
    {
      title: 'has no effect on a subport under the hybrid firewall',
      cites: covers('TRUNK-SG-02'),
      found: 'open',
      verdict: 'open',
    },
  ] as const) {
    test(title, cites, async ({ budgets, cloud, namespace, probes }) => {
      const [client, closed, open] = await Promise.all([
        namespace.pod('client'),
        namespace.pod('closed'),
        namespace.pod('open'),
      ]);
      const port = await untilThere(cloud.portOf(closed), budgets.podReady);
      const inside = probes.in(client);
      const attempts = (['tcp', 'udp'] as const).map((kind) => ({
        control: inside.probe(kind, { host: open.ip, port: podPort }),
        probe: inside.probe(kind, { host: closed.ip, port: podPort }),
      }));

      await test.step('both pods answer before', async () => {
        for (const { control, probe } of attempts) {
          await expect(inside.beside(control, probe)).toSettleOn(
            { verdict: 'open' },
            budgets.dataplane,
          );
        }
      });

      await using group = await closePort(cloud, port);

      await test.step('Neutron has the group at the subport', async () => {
        await expect(cloud.portOf(closed)).toSettleOn(
          { deviceOwner: 'trunk:subport', securityGroupIds: [group.groupId] },
          budgets.census,
        );
      });

      await test.step(`the pod is found ${found} while its neighbour answers`, async () => {
        await Promise.all(
          attempts.map(async ({ control, probe }) => {
            await expect(inside.beside(control, probe)).toSettleOn({ verdict }, budgets.dataplane);
            await expect(inside.beside(control, probe)).toHold({ verdict }, budgets.quiet);
          }),
        );
      });

      await test.step('both pods answer again when the port has its groups back', async () => {
        await group[Symbol.asyncDispose]();
        for (const { control, probe } of attempts) {
          await expect(inside.beside(control, probe)).toSettleOn(
            { verdict: 'open' },
            budgets.dataplane,
          );
        }
      });
    });
  }
});
