import { expect, test } from '@playwright/test';
import type { Provisioned, Rule } from './api/cloud.ts';
import {
  at,
  balanced,
  gone,
  leavesNothing,
  namespace,
  pod,
  policy,
  portOf,
  running,
  service,
} from './testing-objects.ts';
import { startTestStack } from './testing.ts';
import type { Axes } from '../world.ts';

const older: readonly Partial<Axes>[] = [
  { kuryr: '0.4', series: 'queens', octavia: 'amphora' },
  { kuryr: '0.5', series: 'rocky', octavia: 'amphora' },
  { kuryr: '1.0', series: 'stein', octavia: 'amphora' },
  { kuryr: '1.1', series: 'train', octavia: 'ovn' },
  { kuryr: '2.0', series: 'ussuri', octavia: 'ovn' },
];

const newer: readonly Partial<Axes>[] = [
  { kuryr: '3.0', series: 'victoria' },
  { kuryr: '6.0', series: 'yoga', octavia: 'amphora' },
  { kuryr: '10.0', series: '2024.1', podMode: 'neutron-vif' },
  { kuryr: '10.0', series: '2025.1', octavia: 'amphora' },
];

const denyAll = { podSelector: {}, policyTypes: ['Ingress'] };

test.describe('an older release', () => {
  for (const axes of older) {
    test(`of ${axes.series ?? ''} wires, balances and enforces by annotations`, async () => {
      await using stack = await startTestStack(axes);
      const before = await stack.settled();
      await stack.make(namespace());
      await stack.make(pod('web'));
      const web = await running(stack, 'web');
      expect((await portOf(stack, web)).status).toBe('ACTIVE');
      expect(web.metadata.annotations?.['openstack.org/kuryr-vif']).toContain('PodState');
      await stack.make(service('web'));
      await stack.until('a member', async () => {
        const [pool] = await stack.cloud.listLb<Provisioned>('pools');
        if (pool === undefined) return false;
        return (await stack.cloud.listLb<Provisioned>(`pools/${pool.id}/members`)).length === 1;
      });
      if (axes.kuryr !== '0.4' && axes.kuryr !== '0.5') {
        await stack.make(policy('closed', denyAll));
        await stack.until('the group of the policy', async () => {
          const [id = ''] = (await portOf(stack, web)).security_groups;
          const group = await stack.cloud.get('security-groups', id);
          return group?.name === 'sg-demo-closed';
        });
        await stack.remove(at.policy('closed'));
      }
      await leavesNothing(stack, before);
      expect(stack.complaints()).toEqual([]);
    });
  }
});

test.describe('a newer release', () => {
  for (const axes of newer) {
    const { kuryr = '', series = '', octavia = 'ovn', podMode = 'nested-vlan' } = axes;
    const words = [kuryr, series, octavia, podMode].join(' ');
    test(`(${words}) wires, balances and enforces by custom resources`, async () => {
      await using stack = await startTestStack(axes);
      const before = await stack.settled();
      await stack.make(namespace());
      await stack.make(pod('web'));
      const web = await running(stack, 'web');
      await stack.make(service('web'));
      await balanced(stack, 'web', 1);
      await stack.make(policy('closed', denyAll));
      await stack.until('the group of the policy', async () => {
        const [id = ''] = (await portOf(stack, web)).security_groups;
        const group = await stack.cloud.get('security-groups', id);
        return group?.name.includes('demo-closed') === true;
      });
      await leavesNothing(stack, before);
      expect(stack.complaints()).toEqual([]);
    });
  }
});

test.describe('a service with TCP and UDP on one port', () => {
  const ports = ['TCP', 'UDP'].map((protocol) => ({
    name: protocol.toLowerCase(),
    port: 53,
    targetPort: 8080,
    protocol,
  }));

  for (const [axes, expected] of [
    [{ kuryr: '1.1', series: 'train' }, ['demo/web:TCP:53']],
    [{ kuryr: '3.0', series: 'victoria' }, ['demo/web:TCP:53', 'demo/web:UDP:53']],
  ] as const) {
    test(`has ${expected.length} listeners with Kuryr ${axes.kuryr}`, async () => {
      await using stack = await startTestStack(axes);
      await stack.make(namespace());
      await stack.make(pod('web'));
      await running(stack, 'web');
      await stack.make(service('web', { ports }));
      await stack.until('all listeners with pools', async () => {
        const pools = await stack.cloud.listLb<Provisioned>('pools');
        return pools.length === expected.length;
      });
      const listeners = await stack.cloud.listLb<Provisioned>('listeners');

      expect(listeners.map(({ name }) => name).sort()).toEqual(expected);
    });
  }
});

test.describe('a balancer that enforces policies', () => {
  test('lets in at its listener whom the policy of its pods lets in', async () => {
    await using stack = await startTestStack({ octavia: 'amphora' });
    await stack.make(namespace());
    await stack.make(pod('web'));
    await stack.make(pod('client'));
    const client = await running(stack, 'client');
    await stack.make(service('web'));
    await balanced(stack, 'web', 1);
    await stack.make(
      policy('only-client', {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }],
      }),
    );
    const allowed = await stack.until('allowed addresses', async () => {
      const [listener] = await stack.cloud.listLb<Provisioned>('listeners');
      return (listener?.['allowed_cidrs'] ?? undefined) as string[] | undefined;
    });
    expect(allowed.map((cidr) => cidr.split('/')[0])).toContain(client.status?.podIP);
    await stack.remove(at.policy('only-client'));
    await gone(stack, at.policy('only-client'));
    await stack.until('everybody again', async () => {
      const [listener] = await stack.cloud.listLb<Provisioned>('listeners');
      return listener?.['allowed_cidrs'] === null;
    });
  });
});

test.describe('a pool of ports', () => {
  test('is filled once for a node, serves the next pod, and goes with the namespace', async () => {
    await using stack = await startTestStack(
      { workers: 1 },
      { vif_pool_driver: 'nested', ports_pool_min: 1, ports_pool_batch: 3 },
    );
    const before = await stack.settled();
    const counted = async (): Promise<number> =>
      (await stack.cloud.list('ports', { device_owner: 'trunk:subport' })).length;
    await stack.make(namespace());
    await stack.make(pod('first'));
    const first = await running(stack, 'first');
    expect((await portOf(stack, first)).name).toBe('demo/first');
    expect(await counted()).toBe(3);
    await stack.make(pod('second'));
    await running(stack, 'second');
    expect(await counted()).toBe(3);
    await stack.make(pod('third'));
    await running(stack, 'third');
    await stack.until('another batch', async () => (await counted()) === 6);
    const rules = await stack.cloud.list<Rule>('security-group-rules');
    expect(rules.length).toBeGreaterThan(0);
    await leavesNothing(stack, before);
  });
});
