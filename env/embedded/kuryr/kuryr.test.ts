import { expect, test } from '@playwright/test';
import type {
  KuryrLoadBalancer,
  KuryrNetwork,
  KuryrNetworkPolicy,
  KuryrPort,
} from './api/records.ts';
import type { Pod, Service } from './api/resources.ts';
import { defaultVif } from './controller/pod-records.ts';
import { vifData } from './api/vif.ts';
import { startTestStack, type TestStack, testTag } from './testing.ts';
import type { Port, Provisioned, Rule } from './api/cloud.ts';

const openstack = '/apis/openstack.org/v1/namespaces';

function namespace(name: string): Parameters<TestStack['make']>[0] {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function pod(
  space: string,
  name: string,
  labels: Record<string, string> = {},
): Parameters<TestStack['make']>[0] {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: space, labels },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'localhost/kuryr-conformance/prober',
          command: ['sleep', 'infinity'],
          imagePullPolicy: 'Never',
        },
      ],
    },
  };
}

function service(space: string, name: string, spec: object): Parameters<TestStack['make']>[0] {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: space },
    spec: {
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
      ...spec,
    },
  };
}

async function running(stack: TestStack, space: string, name: string): Promise<Pod> {
  return stack.until(`pod ${name} running`, async () => {
    const found = await stack.get<Pod>(`/api/v1/namespaces/${space}/pods/${name}`);
    return found?.status?.phase === 'Running' && found.status.podIP !== undefined
      ? found
      : undefined;
  });
}

async function timed<T>(what: string, act: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  const done = await act();
  const took = Math.round(performance.now() - started);
  test.info().annotations.push({ type: 'time', description: `${what}: ${took} ms` });
  process.stdout.write(`${what}: ${took} ms\n`);
  return [done, took];
}

async function gone(stack: TestStack, space: string): Promise<void> {
  await stack.until(
    `namespace ${space} gone`,
    async () => (await stack.get(`/api/v1/namespaces/${space}`)) === undefined,
  );
}

test.describe('Kuryr between the simulated APIs', () => {
  test('wires pods, balances, enforces, publishes, and leaves nothing behind', async () => {
    await using stack = await startTestStack();
    const before = await stack.census();
    await stack.make(namespace('demo'));
    const [[web]] = await Promise.all([
      timed('first pod running', async () => {
        await stack.make(pod('demo', 'web', { app: 'web' }));
        return running(stack, 'demo', 'web');
      }),
      stack.make(pod('demo', 'client', { app: 'client' })),
    ]);
    const client = await running(stack, 'demo', 'client');
    const port = await stack.get<KuryrPort>(`${openstack}/demo/kuryrports/web`);
    const vif = vifData(defaultVif(port?.status?.vifs) ?? raise('no vif'));
    const neutronPort = await stack.cloud.get<Port>('ports', vif.id);

    expect(web.metadata.finalizers).toEqual(['kuryr.openstack.org/pod-finalizer']);
    expect(vif.active).toBe(true);
    expect(neutronPort).toMatchObject({
      status: 'ACTIVE',
      name: 'demo/web',
      device_owner: 'trunk:subport',
      tags: [testTag],
      fixed_ips: [{ ip_address: web.status?.podIP }],
    });
    const network = await stack.get<KuryrNetwork>(`${openstack}/demo/kuryrnetworks/demo`);
    expect(network?.status).toMatchObject({
      populated: false,
      subnetCIDR: expect.stringContaining('/26') as unknown,
    });

    const [, lbMs] = await timed('service with two protocols', async () => {
      const ports = ['TCP', 'UDP'].map((protocol) => ({
        name: protocol.toLowerCase(),
        port: 80,
        targetPort: 8080,
        protocol,
      }));
      await stack.make(service('demo', 'web', { type: 'LoadBalancer', ports }));
      await stack.until('members', async () => {
        const found = await stack.get<KuryrLoadBalancer>(
          `${openstack}/demo/kuryrloadbalancers/web`,
        );
        return (found?.status?.members ?? []).length === 2;
      });
    });
    const published = await stack.until('address', async () => {
      const found = await stack.get<
        Service & { status: { loadBalancer?: { ingress?: { ip: string }[] } } }
      >('/api/v1/namespaces/demo/services/web');
      return found?.status.loadBalancer?.ingress?.[0]?.ip;
    });
    const [balancer] = await stack.cloud.listLb<Provisioned>('loadbalancers', { name: 'demo/web' });
    expect(balancer).toMatchObject({ provider: 'ovn', tags: [testTag] });
    const listeners = await stack.cloud.listLb<Provisioned>('listeners');
    expect(listeners.map(({ name }) => name).sort()).toEqual([
      'demo/web:TCP:80',
      'demo/web:UDP:80',
    ]);
    const [floatingIp] = await stack.cloud.list('floatingips', { floating_ip_address: published });
    expect(floatingIp).toMatchObject({ description: 'kuryr_lb', tags: [testTag] });
    expect(lbMs).toBeLessThan(3_000);

    const [policy] = await timed('policy in force', async () => {
      await stack.make({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'only-client', namespace: 'demo' },
        spec: {
          podSelector: { matchLabels: { app: 'web' } },
          policyTypes: ['Ingress'],
          ingress: [
            {
              from: [{ podSelector: { matchLabels: { app: 'client' } } }],
              ports: [{ port: 8080 }],
            },
          ],
        },
      });
      return stack.until('policy applied', async () => {
        const found = await stack.get<KuryrNetworkPolicy>(
          `${openstack}/demo/kuryrnetworkpolicies/only-client`,
        );
        return found?.status.podSelector === undefined ? undefined : found;
      });
    });
    const groupId = policy.status.securityGroupId ?? '';
    const rules = await stack.cloud.list<Rule>('security-group-rules', {
      security_group_id: groupId,
    });
    const closed = await stack.cloud.get<Port>('ports', vif.id);
    expect(closed?.security_groups).toEqual([groupId]);
    expect(rules.some((rule) => isFrom(rule, client))).toBe(true);
    expect(rules).toHaveLength(
      policy.spec.ingressSgRules.length + policy.spec.egressSgRules.length,
    );

    await timed('namespace gone', async () => {
      await stack.remove('/api/v1/namespaces/demo');
      await gone(stack, 'demo');
    });
    await stack.until(
      'empty census',
      async () => JSON.stringify(await stack.census()) === JSON.stringify(before),
    );
    expect(await stack.census()).toEqual(before);
    expect(stack.complaints()).toEqual([]);
    expect(await (await fetch(`${stack.kuryr.healthUrl}/ready`)).text()).toBe('ok');
    expect(await (await fetch(`${stack.kuryr.healthUrl}/alive`)).text()).toBe('ok');
  });
});

function isFrom({ remote_ip_prefix }: Rule, { status }: Pod): boolean {
  return remote_ip_prefix?.split('/')[0] === status?.podIP;
}

function raise(what: string): never {
  throw new Error(what);
}
