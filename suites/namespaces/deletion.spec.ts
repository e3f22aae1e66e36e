/**
 * What is left of a namespace in OpenStack after it was deleted: nothing, while the one beside it stays.
 */
import {
  expect,
  expectedBalancer,
  noFootprint,
  podPort,
  reading,
  test,
  untilThere,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const one = [expect.any(String)];

test.describe('a deleted namespace', () => {
  test(
    'leaves no network, port, security group or load balancer behind',
    covers('NS-DEL-01', 'NS-DEL-02'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const doomed = await namespace.sibling('doomed');
      const [here, there, echo] = await Promise.all([
        namespace.pod('here'),
        namespace.pod('there'),
        doomed.deploy('echo'),
      ]);
      const service = await doomed.expose(echo, { ports: [{ port: 80, targetPort: podPort }] });
      const policy = await doomed.policy('close', { podSelector: {}, policyTypes: ['Ingress'] });

      await test.step('the namespace has network, subnet, ports, security group and load balancer', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await untilThere(cloud.securityGroupOf(policy), budgets.policyEffective);
        await expect(doomed.footprint).toSettleOn(
          {
            networks: one,
            subnets: one,
            securityGroups: one,
            loadBalancers: one,
            ports: expect.arrayContaining([expect.any(String)]),
          },
          budgets.census,
        );
      });

      const network = await untilThere(cloud.networkOf(namespace), budgets.census);

      await cluster.remove({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: doomed.name },
      });

      await test.step('Kubernetes lets go of the namespace', async () => {
        await expect(cluster.namespaceOf(doomed.name)).toSettleOn(
          undefined,
          budgets.namespaceDeleted,
        );
      });

      await test.step('nothing that the namespace occupied is left in Neutron and Octavia', async () => {
        await expect(doomed.footprint).toSettleOn(noFootprint, budgets.census);
      });

      await test.step('the namespace beside it keeps its network, and its pods reach each other', async () => {
        await expect(cloud.networkOf(namespace)).toSettleOn(network, budgets.census);
        await expect(
          probes.in(here).tcp(there.ip, podPort, { expect: { pods: [there.name] } }),
        ).toSettleOn({ verdict: 'open' }, budgets.dataplane);
      });
    },
  );

  test(
    'takes its subports off the trunks of the nodes',
    covers('TRUNK-04'),
    async ({ budgets, cloud, cluster, namespace }) => {
      const doomed = await namespace.sibling('doomed');
      const [kept, gone] = await Promise.all([
        namespace.deploy('kept'),
        doomed.deploy('gone', { replicas: 2 }),
      ]);
      const network = await untilThere(cloud.networkOf(doomed), budgets.census);
      const ports = await cloud.neutron.ports({ network_id: network.networkId });
      const subports = reading(`subports of network ${network.name} on any trunk`, async (signal) =>
        (await cloud.neutron.trunks({}, signal))
          .flatMap(({ sub_ports }) => sub_ports.map(({ port_id }) => port_id))
          .filter((id) => ports.some((port) => port.id === id)),
      );

      await test.step('the pods of both namespaces are subports', async () => {
        for (const pod of [...kept.pods, ...gone.pods]) {
          await expect(cloud.portOf(pod)).toSettleOn(
            { deviceOwner: 'trunk:subport', trunk: { segmentationId: expect.any(Number) } },
            budgets.podReady,
          );
        }
        await expect(subports).toSettleOn(
          expect.arrayContaining([expect.any(String)]),
          budgets.census,
        );
      });

      await cluster.remove({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: doomed.name },
      });

      await test.step('no trunk has a subport of the deleted namespace, and those of the other one stay', async () => {
        await expect(cluster.namespaceOf(doomed.name)).toSettleOn(
          undefined,
          budgets.namespaceDeleted,
        );
        await expect(subports).toSettleOn([], budgets.census);
        for (const pod of kept.pods) {
          await expect(cloud.portOf(pod)).toSettleOn(
            { status: 'ACTIVE', trunk: { segmentationId: expect.any(Number) } },
            budgets.podReady,
          );
        }
      });
    },
  );
});
