/**
 * What somebody else has in the same project: Kuryr cleans up after itself, and after nobody else.
 */
import {
  expect,
  expectedBalancer,
  makeForeign,
  podPort,
  reading,
  test,
  untilThere,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const everything = ['security-groups', 'ports', 'subnets', 'networks'];

test.describe("somebody else's objects in the project of the pods", () => {
  test(
    'are left alone while namespaces, Services and policies come and go',
    covers('RES-OTHER-01'),
    async ({ budgets, cloud, namespace, profile }) => {
      await namespace.reserve({ loadBalancers: 2 });
      const pod = await namespace.pod('first');
      const { projectId = '' } = await untilThere(cloud.portOf(pod), budgets.podReady);
      const { subnetId = '' } = await untilThere(cloud.networkOf(namespace), budgets.census);
      await using foreign = await makeForeign(cloud, projectId);
      const balancer = await namespace.ownBalancer({
        name: 'kc-foreign',
        subnetId,
        provider: profile.octavia.provider,
      });
      const theirs = reading("load balancer of somebody else's", async (signal) => {
        const found = await cloud.octavia.loadBalancer(balancer.id, signal);
        return found?.provisioning_status;
      });

      await test.step('a namespace with a Service and a policy comes and goes', async () => {
        const other = await namespace.sibling('other');
        const echo = await other.deploy('echo');
        const service = await other.expose(echo, { ports: [{ port: 80, targetPort: podPort }] });
        const policy = await other.policy('closed', { podSelector: {}, policyTypes: ['Ingress'] });

        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(cloud.carriersOf(policy, echo.pods)).toSettleOn(
          { carriers: echo.pods.map(({ namespace: home, name }) => `${home}/${name}`) },
          budgets.policyEffective,
        );
        await other.remove();
      });

      await test.step('everything of theirs is there', async () => {
        await Promise.all([
          expect(foreign.present).toHold(everything, budgets.quiet),
          expect(theirs).toHold('ACTIVE', budgets.quiet),
        ]);
      });
    },
  );
});
