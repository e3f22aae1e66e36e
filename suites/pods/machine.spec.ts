/**
 * Machines beside the cluster: a plain one on a tenant network behind the same router, which is no node.
 */
import { answersOf, expect, expectedBalancer, machineName, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
const kinds = ['tcp', 'udp'] as const;

test.describe('a machine that is no node', () => {
  test(
    'and a pod reach each other over TCP and UDP, by their own addresses',
    covers('POD-VM-01'),
    async ({ budgets, namespace, probes }) => {
      const pod = await namespace.pod('beside');
      const [address, server] = await Promise.all([
        probes.machine.facing(pod.ip),
        probes.serveOnMachine(),
      ]);
      const ports = { tcp: server.tcpPort, udp: server.udpPort };

      for (const kind of kinds) {
        await test.step(`the machine reaches the pod over ${kind.toUpperCase()}`, async () => {
          await expect(
            probes.machine[kind](pod.ip, podPort, { expect: { pods: [pod.name] } }),
          ).toSettleOn({ verdict: 'open', clientAddress: address }, budgets.dataplane);
        });

        await test.step(`the pod reaches the machine over ${kind.toUpperCase()}`, async () => {
          await expect(
            probes.in(pod)[kind](address, ports[kind], { expect: { pods: [machineName] } }),
          ).toSettleOn({ verdict: 'open', clientAddress: pod.ip }, budgets.dataplane);
        });
      }
    },
  );

  test(
    'reaches a Service at its cluster IP, and every pod of it',
    covers('POD-VM-02'),
    async ({ budgets, cloud, namespace, probes }) => {
      const echo = await namespace.deploy('echo', { replicas: 2 });
      const service = await namespace.expose(echo, {
        ports: [{ port: servicePort, targetPort: podPort }],
      });
      const pods = echo.pods.map(({ name }) => name).sort();

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        expectedBalancer(service, echo.podIPs, podPort),
        budgets.loadBalancerActive,
      );

      await test.step('the machine is answered by every pod', async () => {
        await expect(
          answersOf(probes.machine, {
            ...{ protocol: 'TCP', host: service.clusterIP, port: servicePort, pods },
          }),
        ).toSettleOn({ answeredBy: pods, trouble: undefined }, budgets.dataplane);
      });
    },
  );
});
