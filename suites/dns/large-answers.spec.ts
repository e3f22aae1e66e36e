/**
 * Answers that a plain datagram of 512 bytes cannot hold: they arrive with EDNS or over TCP, and after a
 * truncated answer a resolver asks again over TCP, through the same Service.
 */
import { dnsLogPort, expect, expectedBalancer, queriesOf, test } from '#helpers';
import { covers } from '../requirements/index.ts';
import { addresses, clientOf, dnsServer, dnsService, nameFor } from './names.ts';

const ednsBytes = 1_232;
/** About 700 bytes: more than a plain datagram holds, less than one with EDNS. */
const many = Array.from({ length: 40 }, (_, index) => `192.0.2.${index + 1}`);
/** About 4 kB: TCP alone holds it. */
const veryMany = Array.from({ length: 250 }, (_, index) => `198.51.100.${index + 1}`);
const [large, huge] = ['large.kc.test', 'huge.kc.test'];
const ableToTcp = ['glibc', 'go', 'c-ares'] as const;

const ways = [
  {
    how: 'over UDP without EDNS it is truncated',
    name: large,
    asked: { protocol: 'UDP' },
    seen: { verdict: 'open', isTruncated: true },
  },
  {
    how: 'over UDP with EDNS it is whole',
    name: large,
    asked: { protocol: 'UDP', size: ednsBytes, addresses: many },
    seen: { verdict: 'open', isTruncated: false },
  },
  {
    how: 'over TCP it is whole',
    name: large,
    asked: { protocol: 'TCP', addresses: many },
    seen: { verdict: 'open', isTruncated: false },
  },
  {
    how: 'over TCP even one of several segments is whole',
    name: huge,
    asked: { protocol: 'TCP', addresses: veryMany },
    seen: { verdict: 'open', isTruncated: false },
  },
] as const;

test.describe('an answer of a DNS server behind a Service', () => {
  test(
    'arrives whole when it is large, and is asked for again over TCP when it was truncated',
    covers('DNS-BIG-01', 'DNS-TRUNC-01'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const cut = ableToTcp.map((resolver) => nameFor(resolver, 'cut'));
      const names = Object.fromEntries(cut.map((name) => [name, addresses]));
      const service = await dnsService(namespace);
      const [server, client] = await Promise.all([
        dnsServer(namespace, { [large]: many, [huge]: veryMany, ...names }, cut),
        clientOf(service, namespace, 'plain'),
      ]);
      const inside = probes.in(client);

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        expectedBalancer(service, [server.ip], dnsLogPort),
        budgets.loadBalancerActive,
      );

      for (const { how, name, asked, seen } of ways) {
        await test.step(how, async () => {
          await expect(inside.ask(service.clusterIP, name, asked)).toSettleOn(seen, budgets.dns);
        });
      }

      for (const resolver of ableToTcp) {
        await test.step(`the resolver of ${resolver} gets every address of the large answer`, async () => {
          await expect(inside.lookup(large, { resolver, addresses: many, family: 4 })).toSettleOn(
            { verdict: 'open' },
            budgets.dns,
          );
        });

        await test.step(`the resolver of ${resolver} asks over UDP, and after a truncated answer over TCP`, async () => {
          const name = nameFor(resolver, 'cut');

          await expect(inside.lookup(name, { resolver, addresses, family: 4 })).toSettleOn(
            { verdict: 'open' },
            budgets.dns,
          );
          await expect(queriesOf(cluster, server, name)).toSettleOn(
            { protocols: ['TCP', 'UDP'] },
            budgets.dns,
          );
        });
      }
    },
  );

  const muslVariants = [
    {
      title: 'is lost on musl before 1.2.4 when it was truncated',
      resolver: 'musl',
      cites: covers('DNS-TRUNC-02'),
      verdict: expect.stringMatching(/^(rejected|dropped)$/),
      protocols: ['UDP'],
    },
    {
      title: 'reaches musl of 1.2.4 and later over TCP when it was truncated',
      resolver: 'musl-1-2-4',
      cites: covers('DNS-TRUNC-03'),
      verdict: 'open',
      protocols: ['TCP', 'UDP'],
    },
  ] as const;

  for (const { title, resolver, cites, verdict, protocols } of muslVariants) {
    test(title, cites, async ({ budgets, cloud, cluster, namespace, probes }) => {
      const [control, name] = [nameFor('glibc', 'cut'), nameFor(resolver, 'cut')];
      const service = await dnsService(namespace);
      const [server, client] = await Promise.all([
        dnsServer(namespace, { [control]: addresses, [name]: addresses }, [control, name]),
        clientOf(service, namespace, 'plain'),
      ]);
      const inside = probes.in(client);
      const lookup = { kind: 'lookup', timeoutMs: 6_000, family: 4 } as const;

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        expectedBalancer(service, [server.ip], dnsLogPort),
        budgets.loadBalancerActive,
      );

      await test.step('the resolver of glibc in the same pod gets its answer over TCP', async () => {
        await expect(inside.lookup(control, { resolver: 'glibc', addresses })).toSettleOn(
          { verdict: 'open' },
          budgets.dns,
        );
      });

      await test.step(`the resolver of musl asks over ${protocols.join(' and ')}, and what it makes of the answer stays so`, async () => {
        await expect(
          inside.beside(
            { ...lookup, host: control, resolver: 'glibc' },
            { ...lookup, host: name, resolver },
          ),
        ).toHold({ verdict }, budgets.quiet);
        await expect(queriesOf(cluster, server, name)).toSettleOn({ protocols }, budgets.dns);
      });
    });
  }
});
