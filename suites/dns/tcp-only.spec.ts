/**
 * A DNS Service that has no UDP, as on a cloud whose load balancers carry TCP alone: who obeys `use-vc`
 * gets answers, all others get none. It shows the symptom of an old Octavia on any cloud.
 */
import { dnsLogPort, expect, expectedBalancer, queriesOf, test } from '#helpers';
import { covers } from '../requirements/index.ts';
import { addresses, clientOf, dnsServer, dnsService, nameFor } from './names.ts';

const obeying = ['glibc', 'go'] as const;
const lookupMs = 6_000;

test.describe('a DNS Service with TCP alone', () => {
  for (const { whose, resolver, cites } of [
    { whose: 'of musl', resolver: 'musl', cites: covers('DNS-TCP-01', 'DNS-TCP-02') },
    { whose: 'of Go 1.12', resolver: 'go-1-12', cites: covers('DNS-TCP-03') },
  ] as const) {
    test(
      `answers the resolvers that obey use-vc, and not the one ${whose}`,
      cites,
      async ({ budgets, cloud, cluster, namespace, probes }) => {
        const names = Object.fromEntries(
          [...obeying, resolver].map((each) => [nameFor(each, 'use-vc'), addresses]),
        );
        const service = await dnsService(namespace, ['TCP']);
        const [server, client] = await Promise.all([
          dnsServer(namespace, names),
          clientOf(service, namespace, 'use-vc'),
        ]);
        const inside = probes.in(client);

        await test.step('Octavia balances DNS over TCP, and has no listener for UDP', async () => {
          await expect(cloud.loadBalancerOf(service)).toSettleOn(
            expectedBalancer(service, [server.ip], dnsLogPort),
            budgets.loadBalancerActive,
          );
          await expect(
            inside.ask(service.clusterIP, nameFor('glibc', 'use-vc'), {
              protocol: 'TCP',
              addresses,
            }),
          ).toSettleOn({ verdict: 'open' }, budgets.dns);
        });

        for (const each of obeying) {
          await test.step(`the resolver of ${each} gets its answer over TCP`, async () => {
            const name = nameFor(each, 'use-vc');

            await expect(inside.lookup(name, { resolver: each, addresses })).toSettleOn(
              { verdict: 'open' },
              budgets.dns,
            );
            await expect(queriesOf(cluster, server, name)).toSettleOn(
              { protocols: ['TCP'] },
              budgets.dns,
            );
          });
        }

        const lookup = { kind: 'lookup', timeoutMs: lookupMs } as const;
        const control = { ...lookup, host: nameFor('glibc', 'use-vc'), resolver: 'glibc' } as const;
        const name = nameFor(resolver, 'use-vc');

        await test.step(`the resolver ${whose} gets none while that of glibc does, and the server is not asked`, async () => {
          await expect(inside.beside(control, { ...lookup, host: name, resolver })).toHold(
            { verdict: 'dropped' },
            budgets.quiet,
          );
          await expect(queriesOf(cluster, server, name)).toSettleOn({ protocols: [] }, budgets.dns);
        });
      },
    );
  }
});
