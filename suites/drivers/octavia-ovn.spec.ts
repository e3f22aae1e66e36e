/**
 * The ovn provider of Octavia: Kuryr uses it for everything, no virtual machine stands for a Service, and
 * pods see who asks.
 */
import {
  answersOf,
  claim,
  expect,
  expectedBalancer,
  podPort,
  reading,
  test,
  untilThere,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const servicePort = 80;
const ports = [{ port: servicePort, targetPort: podPort }];

test.describe('a cloud with the ovn provider', () => {
  test(
    'has only load balancers of that provider, and they keep the address of the client',
    covers('LB-OVN-01', 'LB-OVN-03'),
    async ({ budgets, cloud, namespace, probes, profile }) => {
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const service = await namespace.expose(echo, { ports });
      const name = `${service.namespace}/${service.name}`;

      await test.step('a new load balancer is one of the ovn provider, with the pod behind it', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          {
            ...expectedBalancer(service, echo.podIPs, podPort),
            provider: 'ovn',
            tags: expect.arrayContaining([profile.layout.resourceTag]),
          },
          budgets.loadBalancerActive,
        );
      });

      await test.step('so is every other load balancer with the tag of Kuryr', async () => {
        const balancers = reading('load balancers of Kuryr and their providers', async (signal) =>
          (await cloud.octavia.loadBalancers({}, signal))
            .filter(({ tags }) => tags.includes(profile.layout.resourceTag))
            .map((balancer) => ({ name: balancer.name, provider: balancer.provider })),
        );

        await expect(balancers).toSettleOn(
          claim(
            `are all of the provider ovn, ${name} among them`,
            (found) =>
              found.some((balancer) => balancer.name === name) &&
              found.every(({ provider }) => provider === 'ovn'),
          ),
          budgets.census,
        );
      });

      await test.step('the pod answers, and names the address of the client as that of its peer', async () => {
        await expect(
          probes.in(client).tcp(service.clusterIP, servicePort, {
            expect: { pods: echo.pods.map((pod) => pod.name) },
          }),
        ).toSettleOn({ verdict: 'open', clientAddress: client.ip }, budgets.dataplane);
      });
    },
  );

  test(
    'has no amphora for a load balancer of Kuryr',
    covers('LB-OVN-02'),
    async ({ budgets, cloud, namespace, probes, profile }) => {
      const [client, echo] = await Promise.all([namespace.pod('client'), namespace.deploy('echo')]);
      const service = await namespace.expose(echo, { ports });

      await test.step('a load balancer of Kuryr is ACTIVE and works', async () => {
        await expect(cloud.loadBalancerOf(service)).toSettleOn(
          expectedBalancer(service, echo.podIPs, podPort),
          budgets.loadBalancerActive,
        );
        await expect(probes.in(client).tcp(service.clusterIP, servicePort)).toSettleOn(
          { verdict: 'open' },
          budgets.dataplane,
        );
      });

      await test.step('no amphora belongs to any load balancer of Kuryr', async () => {
        const amphorae = reading('amphorae of the load balancers of Kuryr', async (signal) => {
          const [balancers, machines] = await Promise.all([
            cloud.octavia.loadBalancers({}, signal),
            cloud.octavia.amphorae({}, signal),
          ]);
          const ours = balancers
            .filter(({ tags }) => tags.includes(profile.layout.resourceTag))
            .map(({ id }) => id);
          return machines
            .filter(({ loadbalancer_id }) => ours.includes(String(loadbalancer_id)))
            .map(({ id, loadbalancer_id, status }) => ({ id, loadbalancer_id, status }));
        });

        await expect(amphorae).toHold([], budgets.quiet);
      });
    },
  );

  test(
    'takes layer 4 with SOURCE_IP_PORT, and refuses layer 7 and other algorithms',
    covers('DRV-OVN-01', 'DRV-OVN-02'),
    async ({ budgets, cloud, namespace }) => {
      await namespace.pod('first');
      const network = await untilThere(cloud.networkOf(namespace), budgets.census);
      const balancer = await namespace.ownBalancer({
        name: 'own',
        subnetId: network.subnetId ?? '',
        provider: 'ovn',
      });
      const below = { loadbalancer_id: balancer.id, protocol: 'TCP' };
      const attempts = [
        ['listeners', { ...below, protocol: 'HTTP', protocol_port: 80 }, 501],
        ['pools', { ...below, lb_algorithm: 'ROUND_ROBIN' }, 501],
        ['pools', { ...below, lb_algorithm: 'LEAST_CONNECTIONS' }, 501],
        ['listeners', { ...below, protocol_port: 81 }, 201],
        ['pools', { ...below, lb_algorithm: 'SOURCE_IP_PORT' }, 201],
      ] as const;

      for (const [collection, attributes, status] of attempts) {
        const what = `${collection} with ${JSON.stringify(attributes)}`;

        await test.step(`${what}: ${status}`, async () => {
          const answer = await cloud.octavia.attempt(collection, attributes);

          expect(answer, `answer of Octavia to ${what}`).toMatchObject({ status });
          await expect(
            reading(`status of ${balancer.name}`, async (signal) => {
              const found = await cloud.octavia.loadBalancer(balancer.id, signal);
              return found?.provisioning_status;
            }),
          ).toSettleOn('ACTIVE', budgets.loadBalancerActive);
        });
      }
    },
  );

  test(
    'balances on every node by itself',
    covers('DRV-OVN-03'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const labels = { part: 'spread' };
      const nodes = await cluster.podNodes();
      const [near, far] = await Promise.all([
        namespace.pod('near', { labels, node: nodes.near }),
        namespace.pod('far', { labels, node: nodes.far }),
      ]);
      const service = await namespace.expose({ name: 'web', labels }, { ports });

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        expectedBalancer(service, [near.ip, far.ip], podPort),
        budgets.loadBalancerActive,
      );
      const balancer = await untilThere(cloud.loadBalancerOf(service), budgets.serviceActive);

      await test.step('no host holds the port of the VIP', async () => {
        await expect(cloud.portById(balancer.vipPortId ?? '')).toSettleOn(
          claim(
            `has the address ${service.clusterIP} and is bound to no host`,
            (port) =>
              port?.fixedIps.join() === service.clusterIP && [undefined, ''].includes(port.hostId),
          ),
          budgets.census,
        );
      });

      for (const pod of [near, far]) {
        await test.step(`from node ${pod.node} the pods of both nodes are reached`, async () => {
          const pods = ['far', 'near'];

          await expect(
            answersOf(probes.in(pod), {
              protocol: 'TCP',
              host: service.clusterIP,
              port: servicePort,
              pods,
            }),
          ).toSettleOn({ answeredBy: pods, trouble: undefined }, budgets.dataplane);
        });
      }
    },
  );
});
