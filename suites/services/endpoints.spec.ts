/**
 * A Service and its ready pods: nothing is made before there is one, members come and go with them, and
 * the load balancer stays when none is left.
 */
import { answersOf, expect, podPort, readinessGate, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;

test.describe('the load balancer of a Service', () => {
  test(
    'begins with the first ready pod, follows all of them, and stays without any',
    covers('SVC-LAZY-01', 'SVC-LAZY-02', 'SVC-END-01', 'SVC-END-02'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const labels = { part: 'late' };
      const [client, early, late] = await Promise.all([
        namespace.pod('client'),
        namespace.pod('early', { labels, isGated: true }),
        namespace.pod('late', { labels, isGated: true }),
      ]);
      const service = await namespace.expose(
        { name: 'web', labels },
        { ports: [{ port: servicePort, targetPort: podPort }] },
      );
      const inside = probes.in(client);
      const answers = answersOf(inside, {
        protocol: 'TCP',
        host: service.clusterIP,
        port: servicePort,
        pods: [early.name, late.name],
      });
      const expectMembers = async (...members: (typeof early)[]): Promise<void> => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            provisioningStatus: 'ACTIVE',
            vipAddress: service.clusterIP,
            members: members.map(({ ip }) => `${ip}:${podPort}`).sort(),
          },
          budgets.loadBalancerActive,
        );
      };

      await test.step('Kuryr has noted the Service, and Octavia has nothing for it while no pod is ready', async () => {
        await expect(cluster.kuryrLoadBalancerOf(service.namespace, service.name)).toSettleOn(
          { clusterIp: service.clusterIP, loadBalancerId: undefined, members: [] },
          budgets.serviceActive,
        );
        await expect(cloud.balancingOf(namespace)).toHold(
          { loadBalancers: [], listeners: 0, pools: 0 },
          budgets.quiet,
        );
      });

      await cluster.setCondition(early, readinessGate, true);

      await test.step('the first ready pod brings the load balancer, and is all that answers', async () => {
        await expectMembers(early);
        await expect(answers).toSettleOn(
          { answeredBy: [early.name], trouble: undefined },
          budgets.dataplane,
        );
      });

      const balancer = await untilThere(cloud.loadBalancerOf(service), budgets.serviceActive);

      await cluster.setCondition(late, readinessGate, true);

      await test.step('the second one joins it', async () => {
        await expectMembers(early, late);
        await expect(answers).toSettleOn(
          { answeredBy: [early.name, late.name], trouble: undefined },
          budgets.dataplane,
        );
      });

      await cluster.setCondition(early, readinessGate, false);

      await test.step('one that is not ready any more gets no connection, though its server is there', async () => {
        await expectMembers(late);
        await expect(answers).toSettleOn(
          { answeredBy: [late.name], trouble: undefined },
          budgets.dataplane,
        );
        await expect(inside.tcp(early.ip, podPort, { expect: { pods: [early.name] } })).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
      });

      await cluster.remove({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: late.namespace, name: late.name },
      });

      await test.step('without a ready pod the same load balancer stays, and nobody answers', async () => {
        await expectMembers();
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          { id: balancer.id, listeners: [{ port: servicePort }] },
          budgets.census,
        );
        await expect(
          inside.beside(
            inside.probe('tcp', { host: early.ip, port: podPort }),
            inside.probe('tcp', { host: service.clusterIP, port: servicePort }),
          ),
        ).toHold(
          { verdict: expect.stringMatching(/^(dropped|rejected|wrong-answer)$/) },
          budgets.quiet,
        );
      });
    },
  );
});
