/**
 * Security groups on VLAN subports: the clouds of old whose firewall did not look into trunks let
 * everything through here.
 */
import { expect, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('a security group on a subport', () => {
  test(
    'is enforced on the subport that carries it, and on no other',
    covers('POL-SG-01'),
    async ({ budgets, cloud, namespace, probes }) => {
      const [client, closed, open] = await Promise.all([
        namespace.pod('client'),
        namespace.pod('closed', { labels: { door: 'closed' } }),
        namespace.pod('open', { labels: { door: 'open' } }),
      ]);
      const inside = probes.in(client);
      const attempts = (['tcp', 'udp'] as const).map((kind) => ({
        control: inside.probe(kind, { host: open.ip, port: podPort }),
        probe: inside.probe(kind, { host: closed.ip, port: podPort }),
      }));

      await test.step('both pods are reached over TCP and UDP before the policy', async () => {
        for (const { control, probe } of attempts) {
          await expect(inside.beside(control, probe)).toSettleOn(
            { verdict: 'open' },
            budgets.dataplane,
          );
        }
      });

      const policy = await namespace.policy('close', {
        podSelector: { matchLabels: { door: 'closed' } },
        policyTypes: ['Ingress'],
      });

      await test.step('the port of the selected pod is a subport with the group of the policy', async () => {
        const group = await untilThere(cloud.securityGroupOf(policy), budgets.policyEffective);

        await expect(cloud.portOf(closed)).toSettleOn(
          { deviceOwner: 'trunk:subport', securityGroupIds: [group.id] },
          budgets.policyEffective,
        );
        await expect(cloud.portOf(open)).toSettleOn(
          {
            deviceOwner: 'trunk:subport',
            securityGroupIds: expect.not.arrayContaining([group.id]),
          },
          budgets.policyEffective,
        );
      });

      await test.step('the selected pod is closed while its neighbour answers', async () => {
        const silent = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };

        await Promise.all(
          attempts.map(async ({ control, probe }) => {
            await expect(inside.beside(control, probe)).toSettleOn(silent, budgets.policyEffective);
            await expect(inside.beside(control, probe)).toHold(silent, budgets.quiet);
          }),
        );
      });
    },
  );
});
