/**
 * Which resolvers ask over TCP when `use-vc` is among the options of resolv.conf. A DNS server behind a
 * Service of the scenario tells over which protocol it was asked.
 */
import {
  dnsLogCommand,
  dnsLogPort,
  expect,
  expectedBalancer,
  type Namespace,
  type ProbePod,
  queriesOf,
  type ServiceRef,
  test,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const dnsPort = 53;
const addresses = ['192.0.2.77'];
const resolvers = ['glibc', 'musl', 'go'] as const;
const modes = ['plain', 'use-vc'] as const;

const optionsOf = { plain: [], 'use-vc': [{ name: 'use-vc' }] } as const;

/** A name for each way of asking, so that the log of the server tells them apart. */
const nameFor = (resolver: string, mode: string): string => `${resolver}-${mode}.kc.test`;

const knownNames = Object.fromEntries(
  resolvers.flatMap((resolver) => modes.map((mode) => [nameFor(resolver, mode), addresses])),
);

interface Question {
  readonly resolver: (typeof resolvers)[number];
  readonly mode: (typeof modes)[number];
  readonly protocol: 'TCP' | 'UDP';
}

const questions: readonly Question[] = [
  ...resolvers.map((resolver) => ({ resolver, mode: 'plain', protocol: 'UDP' }) as const),
  { resolver: 'glibc', mode: 'use-vc', protocol: 'TCP' },
  { resolver: 'go', mode: 'use-vc', protocol: 'TCP' },
];

const selector = { name: 'names', labels: { app: 'names' } };

/** The Service comes first: its address goes into the resolv.conf of the pods. */
function dnsService(namespace: Namespace): Promise<ServiceRef> {
  return namespace.expose(selector, {
    ports: (['TCP', 'UDP'] as const).map((protocol) => ({
      port: dnsPort,
      protocol,
      targetPort: dnsLogPort,
    })),
  });
}

function dnsServer(namespace: Namespace): Promise<ProbePod> {
  return namespace.pod(selector.name, {
    labels: selector.labels,
    command: dnsLogCommand(knownNames),
    ports: { tcp: [dnsLogPort], udp: [dnsLogPort], http: [] },
  });
}

function clientOf(
  { clusterIP }: ServiceRef,
  namespace: Namespace,
  mode: (typeof modes)[number],
): Promise<ProbePod> {
  return namespace.pod(mode, {
    dnsPolicy: 'None',
    dnsConfig: { nameservers: [clusterIP], options: optionsOf[mode] },
  });
}

test.describe('a resolver in a pod', () => {
  test(
    'asks over UDP, and with use-vc over TCP if it is of glibc or Go',
    covers('DNS-UDP-01', 'DNS-VC-01', 'DNS-VC-03'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const service = await dnsService(namespace);
      const [server, plain, forced] = await Promise.all([
        dnsServer(namespace),
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

          await expect(probes.in(clients[mode]).lookup(name, { resolver, addresses })).toSettleOn(
            { verdict: 'open' },
            budgets.dns,
          );
          await expect(queriesOf(cluster, server, name)).toSettleOn(
            { protocols: [protocol] },
            budgets.dns,
          );
        });
      }
    },
  );

  test(
    'that is of musl asks over UDP even with use-vc',
    covers('DNS-VC-02'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const service = await dnsService(namespace);
      const [server, client] = await Promise.all([
        dnsServer(namespace),
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

      await test.step('the resolver of musl asks over UDP alone', async () => {
        const name = nameFor('musl', 'use-vc');

        await expect(inside.lookup(name, { resolver: 'musl', addresses })).toSettleOn(
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
});
