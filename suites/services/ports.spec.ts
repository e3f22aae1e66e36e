/**
 * The ports of a Service: each has its own target, given by number or by name, and they can be changed
 * while the Service is in use.
 */
import { answersOf, expect, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const otherPort = 8090;
const serving = { tcp: [podPort, otherPort] };
const otherName = 'other';

test.describe('the ports of a Service', () => {
  test(
    'reach their own targets, and follow when they are swapped, added and removed',
    covers('SVC-PORT-01', 'SVC-PORT-02', 'SVC-PORT-03', 'SVC-LB-04'),
    async ({ budgets, cloud, namespace, probes }) => {
      const [client, echo] = await Promise.all([
        namespace.pod('client'),
        namespace.deploy('echo', {
          replicas: 2,
          ports: serving,
          portNames: { [`tcp-${otherPort}`]: otherName },
        }),
      ]);
      const pods = echo.pods.map(({ name }) => name);
      const inside = probes.in(client);
      const membersAt = (port: number): string[] => echo.podIPs.map((ip) => `${ip}:${port}`).sort();
      const first = { name: 'first', port: 80 };
      const second = { name: 'second', port: 81 };
      const third = { name: 'third', port: 82 };
      const service = await namespace.expose(echo, {
        ports: [
          { ...first, targetPort: podPort },
          { ...second, targetPort: otherName },
        ],
      });

      await test.step('Octavia has a pool for each port, with the members of its target', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            provisioningStatus: 'ACTIVE',
            listeners: [{ port: first.port }, { port: second.port }],
            pools: [{ members: membersAt(podPort) }, { members: membersAt(otherPort) }],
          },
          budgets.loadBalancerActive,
        );
        await expect(cloud.balancingOf(namespace)).toSettleOn(
          { loadBalancers: [service.name], listeners: 2, pools: 2, statuses: ['ACTIVE'] },
          budgets.census,
        );
      });

      const expectAnswers = async (port: number, target: number): Promise<void> => {
        await expect(
          answersOf(inside, { protocol: 'TCP', host: service.clusterIP, port, pods }),
        ).toSettleOn({ answeredBy: pods, ports: [target], trouble: undefined }, budgets.dataplane);
      };

      await test.step('each port is answered at its target port, also at the one that has a name', async () => {
        await expectAnswers(first.port, podPort);
        await expectAnswers(second.port, otherPort);
      });

      await namespace.expose(echo, {
        ports: [
          { ...first, targetPort: otherName },
          { ...second, targetPort: podPort },
          { ...third, targetPort: podPort },
        ],
      });

      await test.step('pools follow the swapped targets, and the new port has a pool', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            provisioningStatus: 'ACTIVE',
            listeners: [{ port: first.port }, { port: second.port }, { port: third.port }],
            pools: [
              { members: membersAt(otherPort) },
              { members: membersAt(podPort) },
              { members: membersAt(podPort) },
            ],
          },
          budgets.loadBalancerActive,
        );
        await expectAnswers(first.port, otherPort);
        await expectAnswers(second.port, podPort);
        await expectAnswers(third.port, podPort);
      });

      await namespace.expose(echo, { ports: [{ ...first, targetPort: otherName }] });

      await test.step('nothing is left of the removed ports, in Octavia nor on the wire', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            provisioningStatus: 'ACTIVE',
            listeners: [{ port: first.port }],
            pools: [{ members: membersAt(otherPort) }],
          },
          budgets.loadBalancerActive,
        );
        const at = (port: number) => inside.probe('tcp', { host: service.clusterIP, port });
        const blocked = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };
        await expect(inside.allBeside(at(first.port), [at(second.port), at(third.port)])).toHold(
          [blocked, blocked],
          budgets.quiet,
        );
      });
    },
  );

  test(
    'reach a named target at the number that it has in each pod',
    covers('SVC-PORT-04'),
    async ({ budgets, cloud, namespace, probes }) => {
      const labels = { part: 'web' };
      const [client, here, there] = await Promise.all([
        namespace.pod('client'),
        namespace.pod('here', {
          labels,
          ports: serving,
          portNames: { [`tcp-${podPort}`]: otherName },
        }),
        namespace.pod('there', {
          labels,
          ports: serving,
          portNames: { [`tcp-${otherPort}`]: otherName },
        }),
      ]);
      const service = await namespace.expose(
        { name: 'web', labels },
        { ports: [{ port: 80, targetPort: otherName }] },
      );

      const members = [`${here.ip}:${podPort}`, `${there.ip}:${otherPort}`].sort();

      await test.step('Octavia has each pod at its own number, and at no other one', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          { provisioningStatus: 'ACTIVE', members: expect.arrayContaining(members) },
          budgets.loadBalancerActive,
        );
        await expect(cloud.loadBalancerOf(service)).toHold({ members }, budgets.quiet);
      });

      await test.step('both pods answer, each at its own number', async () => {
        const pods = [here.name, there.name];
        await expect(
          answersOf(probes.in(client), {
            protocol: 'TCP',
            host: service.clusterIP,
            port: 80,
            pods,
          }),
        ).toSettleOn(
          { answeredBy: pods, ports: [podPort, otherPort], trouble: undefined },
          budgets.dataplane,
        );
      });
    },
  );
});
