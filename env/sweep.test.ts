import { expect, test } from '@playwright/test';
import { labelKeys } from './labels.ts';
import { sweep } from './sweep.ts';
import { startTestCloud, type TestCloud } from './testing/cloud.ts';
import { startTestKubernetes, type TestKubernetes } from './testing/kubernetes.ts';

interface Site extends AsyncDisposable {
  readonly kubernetes: TestKubernetes;
  readonly cloud: TestCloud;
  readonly access: { kubeconfigPath: string; cloudsYamlPath: string; cloudName: string };
}

const ours = 'kuryr-conformance:run=run-1';

async function siteOf(): Promise<Site> {
  const kubernetes = await startTestKubernetes();
  const labelled = (name: string, run?: string, namespace?: string) => ({
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: run === undefined ? {} : { [labelKeys.run]: run },
    },
  });
  kubernetes.put('/api/v1/namespaces', labelled('kc-a', 'run-1'));
  kubernetes.put('/api/v1/namespaces', labelled('kc-b', 'run-2'));
  kubernetes.put('/api/v1/namespaces', labelled('production'));
  kubernetes.put('/api/v1/nodes', labelled('kc-a-node', 'run-1'));
  kubernetes.put('/api/v1/nodes', labelled('worker'));
  kubernetes.put('/api/v1/namespaces/kc-a/pods', labelled('inner', 'run-1', 'kc-a'));
  kubernetes.put('/api/v1/namespaces/default/pods', labelled('node-pod', 'run-1', 'default'));
  kubernetes.put('/api/v1/namespaces/default/configmaps', labelled('program', 'run-1', 'default'));
  const cloud = await startTestCloud({
    shelves: {
      '/network/v2.0/floatingips': [
        { id: 'f1', floating_ip_address: '192.0.2.7', tags: [ours] },
        { id: 'f2', floating_ip_address: '192.0.2.8', tags: [] },
      ],
      '/network/v2.0/ports': [
        { id: 'p1', name: 'probe', tags: ['kuryr', ours] },
        { id: 'p2', name: '', tags: ['kuryr-conformance:run=run-2'] },
        { id: 'p3', name: '', device_id: 'r1', device_owner: 'network:router_interface', tags: [] },
      ],
      '/network/v2.0/routers': [{ id: 'r1', name: 'router', tags: [ours] }],
      '/network/v2.0/subnets': [],
      '/network/v2.0/networks': [{ id: 'n1', name: 'net', tags: [ours] }],
      '/network/v2.0/security-groups': [{ id: 's1', name: 'default' }],
      '/lb/v2/lbaas/loadbalancers': [{ id: 'l1', name: 'lb', description: ours }],
    },
    intercept: ({ method, path }) => {
      if (path.endsWith('/trunks')) {
        return { status: 404, body: { message: 'no such extension' } };
      }
      return method === 'PUT' && path.endsWith('/remove_router_interface')
        ? { body: {} }
        : undefined;
    },
  });
  const access = {
    kubeconfigPath: kubernetes.kubeconfigPath,
    cloudsYamlPath: cloud.cloudsYamlPath,
    cloudName: 'test',
  };
  return {
    kubernetes,
    cloud,
    access,
    [Symbol.asyncDispose]: async () => {
      await kubernetes[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
    },
  };
}

const ofRunOne = [
  'node kc-a-node',
  'namespace kc-a',
  'pod default/node-pod',
  'config map default/program',
  'load balancer lb',
  'floating IP 192.0.2.7',
  'port probe',
  'router router',
  'network net',
];

test.describe('a sweep', () => {
  test('in a dry run finds what one run has left, and touches nothing', async () => {
    await using site = await siteOf();
    const { found, removed } = await sweep(site.access, { runId: 'run-1', isDryRun: true });

    expect(found.map(({ kind, name }) => `${kind} ${name}`)).toEqual(ofRunOne);
    expect(removed).toEqual([]);
    const changes = [...site.kubernetes.asked, ...site.cloud.asked].filter(
      ({ method, path }) => method !== 'GET' && !path.endsWith('/auth/tokens'),
    );
    expect(changes).toEqual([]);
  });

  test('removes what one run has left, in an order that works, and nothing else', async () => {
    await using site = await siteOf();
    const told: string[] = [];
    const { removed, failed } = await sweep(site.access, {
      runId: 'run-1',
      progress: (text) => told.push(text),
    });

    expect(failed).toEqual([]);
    expect(removed.map(({ kind, name }) => `${kind} ${name}`)).toEqual(ofRunOne);
    expect(told[0]).toBe('removing namespace "kc-a"');
    const left = (path: string): unknown => site.cloud.shelves[path]?.map(({ id }) => id);
    expect(left('/network/v2.0/ports')).toEqual(['p2', 'p3']);
    expect(left('/network/v2.0/floatingips')).toEqual(['f2']);
    expect(left('/network/v2.0/security-groups')).toEqual(['s1']);
    expect(
      site.kubernetes.objects.get('/api/v1/namespaces')?.map(({ metadata }) => metadata.name),
    ).toEqual(['kc-b', 'production']);
    const balancer = site.cloud.asked.find(({ method }) => method === 'DELETE');
    expect(balancer?.path).toBe('/lb/v2/lbaas/loadbalancers/l1');
    expect(balancer?.query.get('cascade')).toBe('true');
    expect(
      site.cloud.asked.find(({ path }) => path.endsWith('/r1/remove_router_interface'))?.body,
    ).toEqual({
      port_id: 'p3',
    });
  });

  test('without a run finds what any run has left', async () => {
    await using site = await siteOf();
    const { found } = await sweep(site.access, { isDryRun: true });

    expect(found.filter(({ runId }) => runId === 'run-2').map(({ id }) => id)).toEqual([
      'kc-b',
      'p2',
    ]);
  });

  test('lists what does not go, and goes on', async () => {
    await using site = await siteOf();
    const stuck = {
      status: {
        phase: 'Terminating',
        conditions: [
          {
            type: 'NamespaceFinalizersRemaining',
            status: 'True',
            message: 'kuryrnetwork finalizer',
          },
        ],
      },
    };
    const deletion = site.kubernetes.objects.get('/api/v1/namespaces')?.[0];
    Object.assign(deletion ?? {}, stuck);
    const put = site.kubernetes.put;
    site.kubernetes.server.on('request', ({ method, url }: { method: string; url: string }) => {
      if (
        method === 'DELETE' &&
        url.startsWith('/api/v1/namespaces/kc-a') &&
        deletion !== undefined
      ) {
        setImmediate(() => {
          put('/api/v1/namespaces', deletion);
        });
      }
    });
    const { removed, failed } = await sweep(site.access, { runId: 'run-1', withinMs: 50 });

    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toBe(
      'Deleting namespace "kc-a": it is still there after 50 ms (kuryrnetwork finalizer). Look for finalizers of Kuryr in it.',
    );
    expect(removed.map(({ kind }) => kind)).toContain('network');
  });
});
