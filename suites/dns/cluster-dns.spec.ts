/**
 * Names of Services, as pods see them.
 */
import { expect, expectedBalancer, podPort, test } from '#helpers';
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
});
