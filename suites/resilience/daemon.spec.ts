/**
 * Kuryr's CNI daemons, away for a while: pods that have their interface keep it, and new ones wait.
 */
import { expect, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const open = { verdict: 'open' } as const;

test.describe('CNI daemons that come back', () => {
  test(
    'have not been missed by running pods, and give those their interface that have waited',
    covers('RES-CNI-01', 'RES-CNI-02'),
    async ({ budgets, cluster, namespace, outages, probes }) => {
      const [client, server] = await Promise.all([
        namespace.pod('client'),
        namespace.pod('server'),
      ]);
      const inside = probes.in(client);
      const reaching = inside.tcp(server.ip, podPort, { expect: { pods: [server.name] } });
      await expect(reaching).toSettleOn(open, budgets.dataplane);

      await outages.begin('kuryr-daemon');
      const coming = namespace.pod('late');
      coming.catch(() => undefined);

      await test.step('without them a new pod waits, and the others reach each other', async () => {
        await expect(cluster.podOf(client.namespace, 'late')).toSettleOn(
          { status: { phase: 'Pending' } },
          budgets.podReady,
        );
        await Promise.all([
          expect(cluster.podOf(client.namespace, 'late')).toHold(
            { status: { phase: 'Pending' } },
            budgets.quiet,
          ),
          expect(reaching).toHold(open, budgets.quiet),
        ]);
      });

      await outages.end();

      await test.step('the new pod has its interface', async () => {
        const { name, ip } = await coming;
        await expect(inside.tcp(ip, podPort, { expect: { pods: [name] } })).toSettleOn(
          open,
          budgets.dataplane,
        );
        await expect(reaching).toSettleOn(open, budgets.dataplane);
      });
    },
  );
});
