/**
 * Services of type ClusterIP over one protocol: every ready pod answers, nobody else does, and Octavia
 * says why.
 */
import { answersOf, expect, expectedBalancer, podPort, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const variants = [
  {
    protocol: 'TCP',
    cites: covers(
      ...(['SVC-TCP-01', 'SVC-SEL-01', 'SVC-HAIR-01', 'DRV-AZ-01'] as const),
      ...(['SVC-LB-01', 'SVC-LB-02', 'SVC-LB-03'] as const),
    ),
  },
  {
    protocol: 'UDP',
    cites: covers('SVC-UDP-01', 'SVC-HAIR-02', 'SVC-LB-01', 'SVC-LB-02', 'SVC-LB-03'),
  },
] as const;

const servicePort = 80;
const connections = 40;

test.describe('a Service of type ClusterIP', () => {
  for (const { protocol, cites } of variants) {
    test(
      `reaches all of its pods over ${protocol}, and nobody else`,
      cites,
      async ({ budgets, cloud, cluster, namespace, probes }) => {
        // The client serves as well, but is not selected: its answer would be that of a stranger.
        const [client, echo] = await Promise.all([
          namespace.pod('client'),
          namespace.deploy('echo', { replicas: 3 }),
        ]);
        const service = await namespace.expose(echo, {
          ports: [{ port: servicePort, protocol, targetPort: podPort }],
        });
        const members = echo.podIPs.map((ip) => `${ip}:${podPort}`).sort();

        await test.step('Octavia balances the cluster IP over the ready pods', async () => {
          await expect(cloud.loadBalancerOf(service)).toSettleOn(
            {
              ...expectedBalancer(service, echo.podIPs, podPort),
              availabilityZone: undefined,
              pools: [
                { protocol, provisioningStatus: 'ACTIVE', members, memberStatuses: ['ACTIVE'] },
              ],
            },
            budgets.loadBalancerActive,
          );
        });

        await test.step('KuryrLoadBalancer names the same balancer, listener and members', async () => {
          const balancer = await untilThere(cloud.loadBalancerOf(service), budgets.serviceActive);

          await expect(cluster.kuryrLoadBalancerOf(service.namespace, service.name)).toSettleOn(
            {
              clusterIp: service.clusterIP,
              loadBalancerId: balancer.id,
              provider: balancer.provider,
              listeners: [`${protocol}:${servicePort}`],
              members,
            },
            budgets.serviceActive,
          );
        });

        const pods = echo.pods.map(({ name }) => name);
        const target = { protocol, host: service.clusterIP, port: servicePort, pods, connections };
        const allAnswer = { answeredBy: pods, verdicts: { open: connections }, trouble: undefined };

        await test.step(`each ready pod answers some of ${connections} connections, and a stranger none`, async () => {
          await expect(answersOf(probes.in(client), target)).toSettleOn(
            allAnswer,
            budgets.dataplane,
          );
        });

        await test.step('connections of a pod of the Service go to all of them, itself included', async () => {
          const [pod] = echo.pods as [(typeof echo.pods)[number]];

          await expect(answersOf(probes.in(pod), target)).toSettleOn(allAnswer, budgets.dataplane);
        });
      },
    );
  }
});
