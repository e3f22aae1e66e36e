/**
 * One Service that offers the same port number over TCP and over UDP.
 */
import { answersOf, expect, expectedBalancer, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const ports = { mixed: 80, tcpOnly: 81 };
const connections = 40;

test.describe('a Service with TCP and UDP on one port', () => {
  test(
    'answers over both, and over no protocol that it does not offer',
    covers('SVC-MIX-01', 'SVC-LB-02'),
    async ({ budgets, cloud, namespace, probes }) => {
      const [client, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.deploy('echo', { replicas: 2 }),
      ]);
      const service = await namespace.expose(echo, {
        ports: [
          { port: ports.mixed, protocol: 'TCP', targetPort: podPort },
          { port: ports.mixed, protocol: 'UDP', targetPort: podPort },
          { port: ports.tcpOnly, protocol: 'TCP', targetPort: podPort },
        ],
      });
      const inside = probes.in(client);

      await test.step('Octavia has a listener and a pool for each of the three', async () => {
        const members = echo.podIPs.map((ip) => `${ip}:${podPort}`).sort();
        const filled = { provisioningStatus: 'ACTIVE', members, memberStatuses: ['ACTIVE'] };

        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            ...expectedBalancer(service, echo.podIPs, podPort),
            pools: [
              { ...filled, protocol: 'TCP' },
              { ...filled, protocol: 'TCP' },
              { ...filled, protocol: 'UDP' },
            ],
          },
          budgets.loadBalancerActive,
        );
      });

      for (const protocol of ['TCP', 'UDP'] as const) {
        await test.step(`each pod answers over ${protocol} on the shared port`, async () => {
          const pods = echo.pods.map(({ name }) => name);

          await expect(
            answersOf(inside, {
              protocol,
              host: service.clusterIP,
              port: ports.mixed,
              pods,
              connections,
            }),
          ).toSettleOn(
            { answeredBy: pods, verdicts: { open: connections }, trouble: undefined },
            budgets.dataplane,
          );
        });
      }

      await test.step('the port that is offered over TCP alone answers over TCP and not over UDP', async () => {
        const alone = { host: service.clusterIP, port: ports.tcpOnly };

        await expect(inside.tcp(alone.host, alone.port)).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
        await expect(inside.beside(inside.probe('tcp', alone), inside.probe('udp', alone))).toHold(
          { verdict: expect.stringMatching(/^(dropped|rejected)$/) },
          budgets.quiet,
        );
      });
    },
  );
});
