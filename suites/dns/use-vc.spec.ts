/**
 * Which resolvers ask over TCP when `use-vc` is among the options of resolv.conf. A DNS server behind a
 * Service of the scenario tells over which protocol it was asked.
 */
import { dnsLogPort, expect, expectedBalancer, queriesOf, type Resolver, test } from '#helpers';
import { covers } from '../requirements/index.ts';
import { addresses, clientOf, dnsServer, dnsService, type Mode, modes, nameFor } from './names.ts';

const resolvers = ['glibc', 'musl', 'go', 'c-ares', 'go-1-12'] as const;

const knownNames = Object.fromEntries(
  resolvers.flatMap((resolver) => modes.map((mode) => [nameFor(resolver, mode), addresses])),
);

interface Question {
  readonly resolver: Resolver;
  readonly mode: Mode;
  readonly protocol: 'TCP' | 'UDP';
}

const obeying = ['glibc', 'go', 'c-ares'] as const;

const questions: readonly Question[] = [
  ...[...obeying, 'musl' as const].map(
    (resolver) => ({ resolver, mode: 'plain', protocol: 'UDP' }) as const,
  ),
  ...obeying.map((resolver) => ({ resolver, mode: 'use-vc', protocol: 'TCP' }) as const),
];

test.describe('a resolver in a pod', () => {
  test(
    'asks over UDP, and with use-vc over TCP if it is of glibc, Go or c-ares',
    covers('DNS-UDP-01', 'DNS-VC-01', 'DNS-VC-03', 'DNS-VC-04'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const service = await dnsService(namespace);
      const [server, plain, forced] = await Promise.all([
        dnsServer(namespace, knownNames),
        clientOf(service, namespace, 'plain'),
        clientOf(service, namespace, 'use-vc'),
      ]);
      const clients = { plain, 'use-vc': forced };

      await test.step('Octavia balances DNS over TCP and UDP', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, [server.ip], dnsLogPort),
          budgets.loadBalancerActive,
        );
      });

      for (const { resolver, mode, protocol } of questions) {
        await test.step(`the resolver of ${resolver} gets its answer over ${protocol} in the pod "${mode}"`, async () => {
          const name = nameFor(resolver, mode);

          await expect(
            probes.in(clients[mode]).lookup(name, { resolver, addresses, family: 4 }),
          ).toSettleOn({ verdict: 'open' }, budgets.dns);
          await expect(queriesOf(cluster, server, name)).toSettleOn(
            { protocols: [protocol] },
            budgets.dns,
          );
        });
      }
    },
  );

  for (const { whose, resolver, cites } of [
    { whose: 'of musl', resolver: 'musl', cites: covers('DNS-VC-02') },
    { whose: 'of Go 1.12', resolver: 'go-1-12', cites: covers('DNS-VC-05') },
  ] as const) {
    test(
      `that is ${whose} asks over UDP even with use-vc`,
      cites,
      async ({ budgets, cloud, cluster, namespace, probes }) => {
        const service = await dnsService(namespace);
        const [server, client] = await Promise.all([
          dnsServer(namespace, knownNames),
          clientOf(service, namespace, 'use-vc'),
        ]);
        const inside = probes.in(client);

        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, [server.ip], dnsLogPort),
          budgets.loadBalancerActive,
        );

        await test.step('use-vc is in force: the resolver of glibc in the same pod asks over TCP', async () => {
          const name = nameFor('glibc', 'use-vc');

          await expect(inside.lookup(name, { resolver: 'glibc', addresses })).toSettleOn(
            { verdict: 'open' },
            budgets.dns,
          );
          await expect(queriesOf(cluster, server, name)).toSettleOn(
            { protocols: ['TCP'] },
            budgets.dns,
          );
        });

        await test.step(`the resolver ${whose} asks over UDP alone`, async () => {
          const name = nameFor(resolver, 'use-vc');

          await expect(inside.lookup(name, { resolver, addresses })).toSettleOn(
            { verdict: 'open' },
            budgets.dns,
          );
          await expect(queriesOf(cluster, server, name)).toHold(
            { protocols: ['UDP'] },
            budgets.quiet,
          );
        });
      },
    );
  }
});
