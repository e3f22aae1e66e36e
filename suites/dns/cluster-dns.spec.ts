/**
 * Names of Services, as pods see them.
 */
import { expect, expectedBalancer, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
/** A resolver asks again after 5 s: one lost datagram is no failed look-up. */
const lookupMs = 12_000;

test.describe('the cluster DNS', () => {
  test(
    'resolves the name of a Service to its cluster IP, and no name of nothing',
    covers('DNS-SVC-01'),
    async ({ budgets, cloud, namespace, probes }) => {
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const service = await namespace.expose(echo, {
        ports: [{ port: servicePort, targetPort: podPort }],
      });
      const inside = probes.in(client);
      const full = `${service.name}.${service.namespace}.svc`;

      await test.step('the short and the long name lead to the cluster IP', async () => {
        for (const name of [service.name, full]) {
          await expect(inside.lookup(name, { addresses: [service.clusterIP] })).toSettleOn(
            { verdict: 'open' },
            budgets.dns,
          );
        }
      });

      await test.step('a name of no Service is refused while that of the Service is answered', async () => {
        const lookup = { kind: 'lookup', timeoutMs: lookupMs } as const;

        await expect(
          inside.beside(
            { ...lookup, host: full },
            { ...lookup, host: `absent.${service.namespace}.svc` },
          ),
        ).toHold({ verdict: 'rejected' }, budgets.quiet);
      });

      await test.step('a client that knows only the name reaches the pod', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(
          inside.tcp(full, servicePort, {
            timeoutMs: lookupMs,
            expect: { pods: echo.pods.map(({ name }) => name) },
          }),
        ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
      });
    },
  );

  for (const { title, cites, protocols, options } of [
    {
      title: 'answers over UDP and TCP to pods whose resolvers nobody forces to TCP',
      cites: covers('DNS-SVC-02', 'DNS-SVC-03', 'DNS-CONF-01'),
      protocols: ['UDP', 'TCP'],
      options: expect.not.arrayContaining(['use-vc']),
    },
    {
      title: 'answers over TCP to pods that are told to use it, whatever their DNS policy',
      cites: covers('DNS-SVC-03', 'DNS-CONF-02'),
      protocols: ['TCP'],
      options: expect.arrayContaining(['use-vc']),
    },
  ] as const) {
    test(title, cites, async ({ budgets, cluster, namespace, probes }) => {
      const [usual, nodes] = await Promise.all([
        namespace.pod('usual'),
        namespace.pod('nodes', { dnsPolicy: 'Default' }),
      ]);
      const inside = probes.in(usual);
      const kubernetes = { namespace: 'default', name: 'kubernetes' };
      const service = await untilThere(cluster.serviceOf(kubernetes), budgets.census);
      const { nameservers, searches } = await untilThere(inside.resolver, budgets.census);
      const [domain = ''] = searches.filter((search) => search.startsWith('svc.'));

      await test.step('resolv.conf has the options that this release gives', async () => {
        for (const pod of [usual, nodes]) {
          await expect(probes.in(pod).resolver).toSettleOn({ options }, budgets.census);
        }
        expect(searches).toContain(`${namespace.name}.${domain}`);
      });

      for (const protocol of protocols) {
        await test.step(`the server in resolv.conf answers over ${protocol}`, async () => {
          const asked = { protocol, addresses: [String(service.spec?.clusterIP)] } as const;

          await expect(
            inside.ask(String(nameservers[0]), `kubernetes.default.${domain}`, asked),
          ).toSettleOn({ verdict: 'open' }, budgets.dns);
        });
      }

      await test.step('the resolver of the pod gets the same answer', async () => {
        await expect(
          inside.lookup('kubernetes.default', { addresses: [String(service.spec?.clusterIP)] }),
        ).toSettleOn({ verdict: 'open' }, budgets.dns);
      });
    });
  }
});
