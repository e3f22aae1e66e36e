/**
 * One Service that offers the same port number over TCP and over UDP.
 */
import { answersOf, expect, expectedBalancer, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const ports = { mixed: 80, tcpOnly: 81, udpOnly: 82 };
const connections = 40;

test.describe('a Service with TCP and UDP on one port', () => {
  test(
    'answers over both, and over no protocol that it does not offer',
    covers('SVC-MIX-01', 'SVC-MIX-02', 'SVC-LB-02'),
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
          { port: ports.udpOnly, protocol: 'UDP', targetPort: podPort },
        ],
      });
      const inside = probes.in(client);

      await test.step('Octavia has a listener and a pool for each of the four', async () => {
        const members = echo.podIPs.map((ip) => `${ip}:${podPort}`).sort();
        const filled = { provisioningStatus: 'ACTIVE', members, memberStatuses: ['ACTIVE'] };

        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            ...expectedBalancer(service, echo.podIPs, podPort),
            pools: [
              { ...filled, protocol: 'TCP' },
              { ...filled, protocol: 'TCP' },
              { ...filled, protocol: 'UDP' },
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

      await test.step('a port that is offered over one protocol does not answer over the other one', async () => {
        const at = (port: number) => ({ host: service.clusterIP, port });
        const blocked = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };

        await expect(inside.udp(service.clusterIP, ports.udpOnly)).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
        await expect(
          inside.allBeside(inside.probe('tcp', at(ports.tcpOnly)), [
            inside.probe('udp', at(ports.tcpOnly)),
            inside.probe('tcp', at(ports.udpOnly)),
          ]),
        ).toHold([blocked, blocked], budgets.quiet);
      });
    },
  );

  test(
    'answers over the second one as well when it is added later',
    covers('SVC-MIX-03'),
    async ({ budgets, cloud, namespace, probes }) => {
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const [tcp, udp] = (['TCP', 'UDP'] as const).map((protocol) => ({
        name: protocol.toLowerCase(),
        port: ports.mixed,
        protocol,
        targetPort: podPort,
      })) as [ServicePort, ServicePort];
      const service = await namespace.expose(echo, { ports: [tcp] });
      const inside = probes.in(client);
      const expectServed = async (served: readonly ServicePort[]): Promise<void> => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer({ ...service, ports: served }, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
      };

      await test.step('at first it answers over TCP', async () => {
        await expectServed([tcp]);
        await expect(inside.tcp(service.clusterIP, ports.mixed)).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
      });

      await namespace.expose(echo, { ports: [tcp, udp] });

      await test.step('then over both', async () => {
        await expectServed([tcp, udp]);
        for (const reading of [
          inside.udp(service.clusterIP, ports.mixed),
          inside.tcp(service.clusterIP, ports.mixed),
        ]) {
          await expect(reading).toSettleOn({ verdict: 'open' }, budgets.dataplane);
        }
      });
    },
  );

  const limitations = [
    {
      title: 'is served over TCP only, where two protocols on one port are not supported',
      cites: covers('SVC-MIX-04'),
      udpPort: ports.mixed,
    },
    {
      title: 'is served at its TCP ports only, where UDP is not supported',
      cites: covers('SVC-UDP-02'),
      udpPort: ports.udpOnly,
    },
  ];
  for (const { title, cites, udpPort } of limitations) {
    test(title, cites, async ({ budgets, cloud, namespace, probes }) => {
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const tcp = { port: ports.mixed, protocol: 'TCP', targetPort: podPort } as const;
      const service = await namespace.expose(echo, {
        ports: [{ port: udpPort, protocol: 'UDP', targetPort: podPort }, tcp],
      });
      const inside = probes.in(client);

      await test.step('Octavia has a listener over TCP, with its members, and no other one', async () => {
        const one = expectedBalancer({ ...service, ports: [tcp] }, echo.podIPs, podPort);

        await expect(cloud.loadBalancerOf(service)).toSettleOn(one, budgets.loadBalancerActive);
        await expect(cloud.loadBalancerOf(service)).toHold(one, budgets.quiet);
      });

      await test.step('TCP is answered, and UDP is not', async () => {
        await expect(
          inside.beside(
            inside.probe('tcp', { host: service.clusterIP, port: tcp.port }),
            inside.probe('udp', { host: service.clusterIP, port: udpPort }),
          ),
        ).toHold({ verdict: expect.stringMatching(/^(dropped|rejected)$/) }, budgets.quiet);
      });
    });
  }
});

interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly targetPort: number;
}
