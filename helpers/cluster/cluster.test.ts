import { V1Pod } from '#kubernetes-client';
import { expect, test } from '@playwright/test';
import type { Asked } from '../../env/testing/loopback.ts';
import { startTestKubernetes, type TestKubernetes } from '../../env/testing/kubernetes.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { describePod, isUp } from './descriptions.ts';

const signal = AbortSignal.timeout(60_000);

async function clusterOn(server: TestKubernetes): Promise<Cluster> {
  const { kubeconfigPath } = server;
  return openCluster({ kubeconfigPath, cloudsYamlPath: '', cloudName: '' });
}

test.describe('the cluster', () => {
  test('applies an object twice: made first, changed then', async () => {
    await using server = await startTestKubernetes();
    using cluster = await clusterOn(server);
    const map = (value: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', namespace: 'demo' },
      data: { key: value },
    });
    const given = map('one');
    await cluster.apply(given);
    await cluster.apply(map('two'));

    expect(given).toEqual(map('one'));
    expect(server.objects.get('/api/v1/namespaces/demo/configmaps')).toMatchObject([
      { data: { key: 'two' } },
    ]);
    const patch = server.asked.find(({ method }) => method === 'PATCH');
    expect(patch?.headers['content-type']).toBe('application/merge-patch+json');
    await cluster.remove(map('two'));
    await cluster.remove(map('two'));
    expect(server.objects.get('/api/v1/namespaces/demo/configmaps')).toEqual([]);
    expect(server.unknown).toEqual([]);
  });

  test('sends every field of a policy, also those whose names are reserved words', async () => {
    await using server = await startTestKubernetes();
    using cluster = await clusterOn(server);
    const spec = {
      podSelector: { matchLabels: { from: 'here' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [
            { namespaceSelector: {}, podSelector: { matchLabels: { pod: 'b' } } },
            { ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.7/32'] } },
          ],
          ports: [{ protocol: 'TCP', port: 8080 }, { port: 'http' }],
        },
      ],
      egress: [{ to: [{ podSelector: {} }], ports: [{ protocol: 'UDP', port: 53, endPort: 54 }] }],
    };
    const policy = (given: object) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'p', namespace: 'demo' },
      spec: given,
    });

    await cluster.apply(policy({ podSelector: {}, policyTypes: ['Ingress'] }));
    await cluster.apply(policy(spec));

    expect(
      server.objects.get('/apis/networking.k8s.io/v1/namespaces/demo/networkpolicies'),
    ).toMatchObject([{ spec }]);
  });

  test('shows addresses, endpoints and events', async () => {
    await using server = await startTestKubernetes();
    using cluster = await clusterOn(server);
    const at = '/api/v1/namespaces/demo';
    server.put(`${at}/services`, {
      metadata: { name: 'lb' },
      status: { loadBalancer: { ingress: [{ ip: '172.24.4.151' }] } },
    });
    server.put(`${at}/services`, { metadata: { name: 'young' }, status: { loadBalancer: {} } });
    server.put(`${at}/endpoints`, {
      metadata: { name: 'lb' },
      subsets: [{ addresses: [{ ip: '10.20.0.99' }, { ip: '10.20.0.98' }] }],
    });
    const event = (name: string, lastTimestamp: string, count: number) => ({
      metadata: { name: `${name}-${count}` },
      involvedObject: { kind: 'Pod', name },
      type: 'Warning',
      reason: 'FailedCreatePodSandBox',
      message: 'no CNI',
      lastTimestamp,
      count,
    });
    server.put(`${at}/events`, event('b', '2026-01-01T00:00:02Z', 3));
    server.put(`${at}/events`, event('a', '2026-01-01T00:00:01Z', 1));

    expect(await cluster.externalAddressOf({ namespace: 'demo', name: 'lb' }).read(signal)).toBe(
      '172.24.4.151',
    );
    expect(
      await cluster.externalAddressOf({ namespace: 'demo', name: 'young' }).read(signal),
    ).toBeUndefined();
    expect(await cluster.endpointsOf({ namespace: 'demo', name: 'lb' }).read(signal)).toEqual([
      '10.20.0.98',
      '10.20.0.99',
    ]);
    expect(await cluster.eventsOf('demo')).toEqual([
      '2026-01-01T00:00:01.000Z Warning Pod/a FailedCreatePodSandBox: no CNI',
      '2026-01-01T00:00:02.000Z Warning Pod/b FailedCreatePodSandBox: no CNI (3 times)',
    ]);
    expect(await cluster.eventsOf('demo', 'a')).toHaveLength(1);
  });

  test("gives the reasons of Kuryr's own events about an object", async () => {
    await using server = await startTestKubernetes();
    using cluster = await clusterOn(server);
    const add = (name: string, reason: string, component: string): void => {
      server.put('/api/v1/namespaces/demo/events', {
        metadata: { name: `${name}-${reason}` },
        involvedObject: { kind: 'Service', name },
        reason,
        source: { component },
      });
    };
    add('web', 'KuryrEnsuredLB', 'kuryr-controller');
    add('web', 'KuryrEnsureLB', 'kuryr-controller');
    add('web', 'Scheduled', 'default-scheduler');
    add('other', 'KuryrServiceSkipped', 'kuryr-controller');
    const reading = cluster.kuryrEventsOf({ namespace: 'demo', name: 'web' });
    const reasons = await reading.read(signal);

    expect(reasons).toEqual(['KuryrEnsureLB', 'KuryrEnsuredLB']);
    expect(reading.describe?.(reasons)).toBe('KuryrEnsureLB, KuryrEnsuredLB');
  });

  test("sets conditions of pods, and writes into Kuryr's records", async () => {
    const asked: Asked[] = [];
    await using server = await startTestKubernetes({
      intercept: (request) => {
        if (request.method !== 'PATCH') return undefined;
        asked.push(request);
        return { body: {} };
      },
    });
    using cluster = await clusterOn(server);
    const place = { namespace: 'demo', name: 'a' };
    await cluster.setCondition(place, 'example.org/open', false);
    const operations = [{ op: 'replace', path: '/status', value: {} }] as const;
    await cluster.rewrite('KuryrLoadBalancer', place, operations);

    expect(asked).toMatchObject([
      {
        path: '/api/v1/namespaces/demo/pods/a/status',
        headers: { 'content-type': 'application/strategic-merge-patch+json' },
        body: { status: { conditions: [{ type: 'example.org/open', status: 'False' }] } },
      },
      {
        path: '/apis/openstack.org/v1/namespaces/demo/kuryrloadbalancers/a',
        headers: { 'content-type': 'application/json-patch+json' },
        body: operations,
      },
    ]);
  });

  test('takes a pod behind a closed gate for up, and one that is not for late', () => {
    const of = (gated: boolean, ...types: string[]): V1Pod =>
      Object.assign(new V1Pod(), {
        spec: { containers: [], ...(gated ? { readinessGates: [{ conditionType: 'x' }] } : {}) },
        status: {
          podIP: '10.0.0.1',
          conditions: types.map((type) => ({ type, status: 'True' })),
        },
      });

    expect(isUp(of(true, 'ContainersReady'))).toBe(true);
    expect(isUp(of(false, 'Ready'))).toBe(true);
    expect(isUp(of(false, 'ContainersReady'))).toBe(false);
    expect(isUp(of(true, 'PodScheduled'))).toBe(false);
  });

  test('says what a pod waits for', () => {
    const of = (status: object): string =>
      describePod(Object.assign(new V1Pod(), { spec: { nodeName: 'w1', containers: [] }, status }));

    expect(describePod(undefined)).toBe('not there');
    expect(of({ podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] })).toBe(
      'ready at 10.0.0.1',
    );
    expect(
      of({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes' }],
      }),
    ).toBe('not scheduled: 0/2 nodes');
    expect(
      of({
        phase: 'Pending',
        containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
      }),
    ).toBe('Pending on node w1, ContainerCreating');
    expect(
      of({
        phase: 'Failed',
        containerStatuses: [{ state: { terminated: { exitCode: 1, reason: 'Error' } } }],
      }),
    ).toBe('Failed on node w1, ended with status 1 (Error)');
  });
});
