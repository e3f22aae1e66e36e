import { expect, test } from '@playwright/test';
import { PatchStrategy, type V1Pod } from '#kubernetes-client';
import {
  make,
  makeNamespace,
  type Manifest,
  startTestCluster,
  type TestCluster,
  until,
} from '../testing/cluster.ts';

let cluster: TestCluster;
let namespace = '';
let serial = 0;

test.beforeAll(async () => {
  cluster = await startTestCluster();
});

test.afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

test.beforeEach(async () => {
  serial += 1;
  namespace = `work-${serial}`;
  await makeNamespace(cluster, namespace);
});

const pods = async (labelSelector = ''): Promise<V1Pod[]> => {
  const { items } = await cluster.access.call('Listing pods', ({ core }) =>
    core.listNamespacedPod({ namespace, labelSelector }),
  );
  return items;
};

const template = (app: string, image = 'image:1'): object => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'main', image, command: ['sleep'], ports: [{ name: 'web', containerPort: 8080 }] },
    ],
  },
});

const workload = ([kind, name]: [string, string], spec: object, image?: string): Manifest => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace },
  spec: { ...spec, selector: { matchLabels: { app: name } }, template: template(name, image) },
});

const deployment = (name: string, replicas: number, image?: string): Manifest =>
  workload(['Deployment', name], { replicas }, image);

const endpoints = async (name: string): Promise<string[]> => {
  const found = await cluster.access.find('Reading endpoints', ({ core }) =>
    core.readNamespacedEndpoints({ namespace, name }),
  );
  return (found?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    addresses.flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${port}`)),
  );
};

test('a deployment keeps its replicas, rolls a change out, and takes its pods along', async () => {
  await make(cluster, deployment('web', 3));
  const available = async (count: number): Promise<boolean> => {
    const { status } = await cluster.access.call('Reading it', ({ apps }) =>
      apps.readNamespacedDeployment({ namespace, name: 'web' }),
    );
    return status?.availableReplicas === count && status.updatedReplicas === count;
  };
  await until(() => available(3));
  const [victim] = await pods('app=web');
  const name = victim?.metadata?.name ?? '';
  await cluster.access.call('Deleting a pod', ({ core }) =>
    core.deleteNamespacedPod({ namespace, name }),
  );
  await until(
    async () =>
      (await pods('app=web')).every(({ metadata }) => metadata?.name !== name) && available(3),
  );
  await cluster.access.call('Changing the image', ({ objects }) =>
    objects.patch(
      deployment('web', 2, 'image:2'),
      undefined,
      undefined,
      undefined,
      undefined,
      PatchStrategy.MergePatch,
    ),
  );
  await until(async () => {
    const now = await pods('app=web');
    return now.length === 2 && now.every(({ spec }) => spec?.containers[0]?.image === 'image:2');
  });
  await cluster.access.call('Deleting it', ({ apps }) =>
    apps.deleteNamespacedDeployment({ namespace, name: 'web', propagationPolicy: 'Foreground' }),
  );
  await until(async () => (await pods('app=web')).length === 0);
  await until(
    async () =>
      (await cluster.access.find('Reading it', ({ apps }) =>
        apps.readNamespacedDeployment({ namespace, name: 'web' }),
      )) === undefined,
  );
});

test('orphaned pods outlive their replica set', async () => {
  await make(cluster, workload(['ReplicaSet', 'set'], { replicas: 1 }));
  await until(async () => (await pods('app=set')).length === 1);
  await cluster.access.call('Deleting it', ({ apps }) =>
    apps.deleteNamespacedReplicaSet({ namespace, name: 'set', propagationPolicy: 'Orphan' }),
  );
  await until(async () =>
    (await pods('app=set')).every(({ metadata }) => metadata?.ownerReferences === undefined),
  );
  expect(await pods('app=set')).toHaveLength(1);
});

test('a job runs to its end, or gives up', async () => {
  const job = (name: string, command: string[]): Manifest => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: {
      completions: 2,
      backoffLimit: 1,
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i:1', command }] },
      },
    },
  });
  const condition = async (name: string): Promise<string | undefined> => {
    const { body } = await cluster.request(
      'GET',
      `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`,
    );
    const status = body['status'] as { conditions?: { type: string }[] };
    return status.conditions?.[0]?.type;
  };
  await make(cluster, job('good', ['echo', 'x']));
  await make(cluster, job('bad', ['exit', '1']));
  expect(await until(() => condition('good'))).toBe('Complete');
  expect(await until(() => condition('bad'))).toBe('Failed');
});

test('a daemon set has one pod on each node that fits', async () => {
  await make(cluster, workload(['DaemonSet', 'agent'], {}));
  await until(async () => {
    const nodes = (await pods('app=agent')).map(({ spec }) => spec?.nodeName).sort();
    return nodes.join() === 'n1,n2';
  });
});

test('endpoints follow readiness and named ports; those without selector are left alone', async () => {
  await make(cluster, deployment('echo', 2));
  const service = (name: string, more: object): Manifest => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ port: 80, targetPort: 'web' }], ...more },
  });
  await make(cluster, service('echo', { selector: { app: 'echo' } }));
  const all = await until(async () => {
    const seen = await endpoints('echo');
    return seen.length === 2 ? seen : undefined;
  });
  expect(all.every((one) => one.endsWith(':8080'))).toBe(true);
  const slices = await cluster.request(
    'GET',
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  );
  expect(slices.body['items']).toMatchObject([
    {
      metadata: { labels: { 'kubernetes.io/service-name': 'echo' } },
      ports: [{ port: 8080 }],
      endpoints: [{}, {}],
    },
  ]);
  await make(cluster, service('manual', { ports: [{ port: 80 }] }));
  await make(cluster, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'manual', namespace },
    subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }],
  });
  const [gone] = await pods('app=echo');
  const name = gone?.metadata?.name ?? '';
  await cluster.access.call('Deleting a pod', ({ core }) =>
    core.deleteNamespacedPod({ namespace, name }),
  );
  await until(async () => !(await endpoints('echo')).includes(`${gone?.status?.podIP ?? ''}:8080`));
  expect(await endpoints('manual')).toEqual(['192.0.2.1:80']);
});

test('a namespace goes with all that is in it, and tells what holds it', async () => {
  await make(cluster, deployment('held', 2));
  await make(cluster, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace, finalizers: ['example.org/hold'] },
  });
  const started = performance.now();
  await cluster.access.call('Deleting the namespace', ({ core }) =>
    core.deleteNamespace({ name: namespace }),
  );
  const read = (): Promise<
    { status?: { phase?: string; conditions?: { type: string; message?: string }[] } } | undefined
  > => cluster.access.find('Reading it', ({ core }) => core.readNamespace({ name: namespace }));
  const held = await until(async () => {
    const seen = await read();
    const said = seen?.status?.conditions?.map(({ message = '' }) => message).join('\n') ?? '';
    return said.includes('configmaps. has 1 resource instances') && !said.includes('pods.')
      ? said
      : undefined;
  });
  expect(held).toContain('example.org/hold in 1 resource instances');
  const late = await cluster.request('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
    body: { metadata: { name: 'late' } },
  });
  expect(late).toMatchObject({
    status: 403,
    body: { details: { causes: [{ reason: 'NamespaceTerminating' }] } },
  });
  await cluster.request('PATCH', `/api/v1/namespaces/${namespace}/configmaps/held`, {
    type: 'application/merge-patch+json',
    body: { metadata: { finalizers: null } },
  });
  await until(async () => (await read()) === undefined);
  expect(performance.now() - started).toBeLessThan(2_000);
});
