/**
 * The amphora provider of Octavia: a virtual machine for each Service, which stands between client and
 * pod, and everything that layer 7 offers.
 */
import { claim, expect, expectedBalancer, podPort, reading, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;

test.describe('a cloud with the amphora provider', () => {
  test(
    'has a virtual machine for each load balancer, in another project, between client and pod',
    covers('DRV-AMP-01', 'DRV-AMP-02', 'DRV-AMP-03'),
    async ({ budgets, cloud, namespace, probes }) => {
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const service = await namespace.expose(echo, {
        ports: [{ port: servicePort, targetPort: podPort }],
      });

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        { ...expectedBalancer(service, echo.podIPs, podPort), provider: 'amphora' },
        budgets.loadBalancerActive,
      );
      const balancer = await untilThere(cloud.loadBalancerOf(service), budgets.serviceActive);

      await test.step('one amphora or two, whose machines belong to another project', async () => {
        const machines = reading(`virtual machines of ${balancer.name}`, async (signal) => {
          const amphorae = await cloud.octavia.amphorae({ loadbalancer_id: balancer.id }, signal);
          return Promise.all(
            amphorae.map(async ({ compute_id, status }) => ({
              status,
              project: (await cloud.nova.server(String(compute_id), signal))?.tenant_id,
            })),
          );
        });

        await expect(machines).toSettleOn(
          claim(
            `is one or two ALLOCATED amphorae, of a project that is known and not ${balancer.projectId ?? 'none'}`,
            (found) =>
              [1, 2].includes(found.length) &&
              found.every(
                ({ status, project }) =>
                  status === 'ALLOCATED' && ![undefined, balancer.projectId].includes(project),
              ),
          ),
          budgets.census,
        );
      });

      await test.step('the pod answers, and its client is not who it thinks', async () => {
        await expect(probes.in(client).tcp(service.clusterIP, servicePort)).toSettleOn(
          { verdict: 'open', clientAddress: expect.not.stringMatching(`^${client.ip}$`) },
          budgets.dataplane,
        );
      });
    },
  );

  test(
    'takes layer 7 and ROUND_ROBIN, refuses SOURCE_IP_PORT, and is what one gets without asking',
    covers('DRV-AMP-04', 'DRV-AMP-05', 'DRV-AMP-06'),
    async ({ budgets, cloud, namespace }) => {
      await namespace.pod('first');
      const network = await untilThere(cloud.networkOf(namespace), budgets.census);
      const balancer = await namespace.ownBalancer({
        name: 'own',
        subnetId: network.subnetId ?? '',
      });
      const below = { loadbalancer_id: balancer.id };
      const pool = (lb_algorithm: string) =>
        cloud.octavia.attempt('pools', { ...below, protocol: 'HTTP', lb_algorithm });
      const expectRest = async (): Promise<void> => {
        await expect(
          reading(`status of ${balancer.name}`, async (signal) => {
            const found = await cloud.octavia.loadBalancer(balancer.id, signal);
            return found?.provisioning_status;
          }),
        ).toSettleOn('ACTIVE', budgets.loadBalancerActive);
      };

      expect(balancer.provider).toMatch(/^(amphora|octavia)$/);
      const refused = await pool('SOURCE_IP_PORT');
      expect(refused, 'answer of Octavia to pools with SOURCE_IP_PORT').toMatchObject({
        status: expect.any(Number),
        id: undefined,
      });
      await expectRest();
      const round = await pool('ROUND_ROBIN');
      expect(round, 'answer of Octavia to pools with ROUND_ROBIN').toMatchObject({ status: 201 });
      await expectRest();
      const http = await cloud.octavia.attempt('listeners', {
        ...{ ...below, protocol: 'HTTP', protocol_port: servicePort },
      });
      expect(http, 'answer of Octavia to listeners with HTTP').toMatchObject({ status: 201 });
      await expectRest();
    },
  );
});
