/**
 * Which addresses can stand behind a Service: with the ovn provider a member needs a subnet that Kuryr
 * knows.
 */
import { answersOf, expect, expectedBalancer, podPort, reading, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const port = 80;
/** Of a block for documentation (RFC 5737): no subnet of any stack has it, and nobody is asked there. */
const elsewhere = '203.0.113.9';

test.describe('a Service without a selector', () => {
  test(
    'has no member outside of the subnets of pods and nodes with the ovn provider, and says so',
    covers('LIM-SEL-01'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const service = await namespace.expose(echo, {
        ports: [{ port, targetPort: podPort }],
        selector: null,
      });
      const addresses = [...echo.podIPs, elsewhere].map((ip) => ({ ip }));

      await cluster.apply({
        ...{ apiVersion: 'v1', kind: 'Endpoints' },
        metadata: { namespace: service.namespace, name: service.name },
        subsets: [{ addresses, ports: [{ port: podPort }] }],
      });

      await test.step('the pod is the only member, and answers', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        const pods = echo.pods.map(({ name }) => name);

        await expect(
          answersOf(probes.in(client), { protocol: 'TCP', host: service.clusterIP, port, pods }),
        ).toSettleOn({ answeredBy: pods, trouble: undefined }, budgets.dataplane);
      });

      await test.step('an event tells of the address that was left out', async () => {
        const told = reading(`events of ${service.name} about skipped members`, async (signal) => {
          const events = await cluster.events(service.namespace, service.name, signal);
          return events
            .filter(({ reason }) => reason === 'KuryrSkipMember')
            .map(({ message = '' }) => message)
            .join('\n');
        });

        await expect(told).toSettleOn(expect.stringContaining(elsewhere), budgets.serviceActive);
      });

      await test.step('it stays out', async () => {
        await expect(cloud.loadBalancerOf(service)).toHold(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.quiet,
        );
      });
    },
  );
});
