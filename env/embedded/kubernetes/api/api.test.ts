import { expect, test } from '@playwright/test';
import {
  make,
  makeNamespace,
  type Manifest,
  startTestCluster,
  type TestCluster,
} from '../testing/cluster.ts';

let cluster: TestCluster;

test.beforeAll(async () => {
  cluster = await startTestCluster();
});

test.afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

let serial = 0;

async function newNamespace(): Promise<string> {
  serial += 1;
  const name = `ns-${process.pid}-${serial}`;
  await makeNamespace(cluster, name);
  return name;
}

function newMap(
  namespace: string,
  name: string,
  data: Record<string, string> = {},
): Promise<Manifest> {
  const metadata = { namespace, name, labels: { name } };
  return make(cluster, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
}

const mapPath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${namespace}/configmaps/${name}`;

test('the version is told, and health without a token', async () => {
  const version = await cluster.access.call('Reading the version', ({ version: api }) =>
    api.getCode(),
  );
  expect(version).toMatchObject({ major: '1', minor: '28', gitVersion: 'v1.28.15' });
  const health = await cluster.request('GET', '/readyz');
  expect(health.body).toEqual({ text: 'ok' });
});

test('discovery lists groups, also in one document', async () => {
  const list = await cluster.request('GET', '/apis/apps/v1');
  expect(list.body['resources']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'deployments', shortNames: ['deploy'] }),
      expect.objectContaining({ name: 'deployments/scale', kind: 'Scale' }),
    ]),
  );
  const whole = await cluster.request('GET', '/apis', {
    accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  });
  expect(whole.body['kind']).toBe('APIGroupDiscoveryList');
  const missing = await cluster.request('GET', '/apis/config.openshift.io/v1');
  expect(missing.status).toBe(404);
});

test('an object with an old version is refused with 409', async () => {
  const namespace = await newNamespace();
  const made = await newMap(namespace, 'one', { a: '1' });
  const replace = (data: Record<string, string>): Promise<Manifest> =>
    cluster.access.call('Replacing it', ({ objects }) => objects.replace({ ...made, data }));
  await replace({ a: '2' });
  await expect(replace({})).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
  await expect(newMap(namespace, 'one')).rejects.toMatchObject({ reason: 'AlreadyExists' });
});

test('lists come in pages that keep what the first one saw', async () => {
  const namespace = await newNamespace();
  for (const name of ['a', 'b', 'c', 'd', 'e']) await newMap(namespace, name);
  const list = (limit: number, token?: string) =>
    cluster.access.call('Listing maps', ({ core }) =>
      core.listNamespacedConfigMap({
        namespace,
        limit,
        labelSelector: 'name in (a, b, c, d, e)',
        ...(token === undefined ? {} : { _continue: token }),
      }),
    );
  const first = await list(2);
  expect(first.items.map(({ metadata }) => metadata?.name)).toEqual(['a', 'b']);
  // Among what a selector chooses nobody counts the rest.
  expect(first.metadata?.remainingItemCount).toBeUndefined();
  await cluster.access.call('Deleting one', ({ core }) =>
    core.deleteNamespacedConfigMap({ namespace, name: 'd' }),
  );
  const rest = await list(10, first.metadata?._continue);
  expect(rest.items.map(({ metadata }) => metadata?.name)).toEqual(['c', 'd', 'e']);
  expect(rest.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
});

test('selectors choose by labels and fields', async () => {
  const namespace = await newNamespace();
  for (const name of ['x', 'y']) await newMap(namespace, name);
  const names = async (query: string): Promise<unknown> => {
    const { body } = await cluster.request('GET', `${mapPath(namespace, '')}?${query}`);
    return (body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
  };
  expect(await names('labelSelector=name%3Dx')).toEqual(['x']);
  expect(await names('labelSelector=name!%3Dx,name')).toEqual(['y']);
  expect(await names('fieldSelector=metadata.name%3Dy')).toEqual(['y']);
  const wrong = await cluster.request('GET', `${mapPath(namespace, '')}?fieldSelector=data.a%3D1`);
  expect(wrong).toMatchObject({
    status: 400,
    body: {
      message: '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    },
  });
});

test('all patch types change an object', async () => {
  const namespace = await newNamespace();
  await newMap(namespace, 'm', { a: '1', b: '1' });
  const path = mapPath(namespace, 'm');
  const patch = async (type: string, body: unknown): Promise<unknown> => {
    const query = type.includes('apply') ? '?fieldManager=test' : '';
    const answer = await cluster.request('PATCH', `${path}${query}`, { type, body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body['data'];
  };
  expect(await patch('application/merge-patch+json', { data: { a: null, c: '3' } })).toEqual({
    b: '1',
    c: '3',
  });
  const operations = [
    { op: 'test', path: '/data/b', value: '1' },
    { op: 'replace', path: '/data/b', value: '2' },
    { op: 'add', path: '/metadata/finalizers', value: [] },
  ];
  expect(await patch('application/json-patch+json', operations)).toEqual({ b: '2', c: '3' });
  expect(await patch('application/strategic-merge-patch+json', { data: { d: '4' } })).toEqual({
    b: '2',
    c: '3',
    d: '4',
  });
  const applied = { apiVersion: 'v1', kind: 'ConfigMap', data: { e: '5', f: '6' } };
  await patch('application/apply-patch+yaml', applied);
  const again = await patch('application/apply-patch+yaml', { ...applied, data: { e: '5' } });
  expect(again).toEqual({ b: '2', c: '3', d: '4', e: '5' });
  const unknown = await cluster.request('PATCH', path, { type: 'text/plain', body: '{}' });
  expect(unknown.status).toBe(415);
});

test('a strategic patch merges containers by name and keeps their order', async () => {
  const namespace = await newNamespace();
  const container = (name: string, image: string): object => ({ name, image, command: ['sleep'] });
  const made = await cluster.request('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    body: {
      metadata: { name: 'd' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'd' } },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: { containers: [container('one', 'i:1'), container('two', 'i:1')] },
        },
      },
    },
  });
  expect(made.status).toBe(201);
  const { body } = await cluster.request(
    'PATCH',
    `/apis/apps/v1/namespaces/${namespace}/deployments/d`,
    {
      type: 'application/strategic-merge-patch+json',
      body: {
        spec: {
          template: {
            spec: {
              $setElementOrder: [],
              containers: [
                { name: 'two', image: 'i:2' },
                { name: 'one', $patch: 'delete' },
              ],
            },
          },
        },
      },
    },
  );
  expect(body).toMatchObject({
    spec: {
      template: { spec: { containers: [{ name: 'two', image: 'i:2', command: ['sleep'] }] } },
    },
  });
  expect((body['metadata'] as { generation: number }).generation).toBe(2);
});

test('finalizers hold an object until they are taken away', async () => {
  const namespace = await newNamespace();
  const path = mapPath(namespace, 'held');
  await newMap(namespace, 'held');
  const type = 'application/merge-patch+json';
  const finalizers = { metadata: { finalizers: ['example.org/hold'] } };
  await cluster.request('PATCH', path, { type, body: finalizers });
  const marked = await cluster.request('DELETE', path);
  expect(marked.body).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) } });
  expect((await cluster.request('GET', path)).status).toBe(200);
  await cluster.request('PATCH', path, { type, body: { metadata: { finalizers: null } } });
  expect((await cluster.request('GET', path)).status).toBe(404);
});

test('dry run changes nothing', async () => {
  const namespace = await newNamespace();
  const answer = await cluster.request(
    'POST',
    `${mapPath(namespace, '').slice(0, -1)}?dryRun=All`,
    {
      body: { metadata: { name: 'never' } },
    },
  );
  expect(answer.status).toBe(201);
  expect((await cluster.request('GET', mapPath(namespace, 'never'))).status).toBe(404);
});

test('a name is made from generateName, a collection is deleted by selector', async () => {
  const namespace = await newNamespace();
  const collection = mapPath(namespace, '').slice(0, -1);
  const made = await cluster.request('POST', collection, {
    body: { metadata: { generateName: 'gen-', labels: { a: 'b' } } },
  });
  expect((made.body['metadata'] as { name: string }).name).toMatch(/^gen-[a-z0-9]{5}$/);
  await newMap(namespace, 'stays');
  await cluster.request('DELETE', `${collection}?labelSelector=a%3Db`);
  const { body } = await cluster.request('GET', collection);
  const names = (body['items'] as { metadata: { name: string } }[]).map((one) => one.metadata.name);
  expect(names).toEqual(['kube-root-ca.crt', 'stays']);
});

test('tables are made for kubectl', async () => {
  const namespace = await newNamespace();
  const { body } = await cluster.request('GET', `/api/v1/namespaces/${namespace}`, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  });
  expect(body).toMatchObject({
    kind: 'Table',
    columnDefinitions: [{ name: 'Name' }, { name: 'Status' }, { name: 'Age' }],
    rows: [{ cells: [namespace, 'Active', expect.stringMatching(/^\d+s$/)] }],
  });
});

test('unknown fields are warned of, or refused when a client is strict', async () => {
  const namespace = await newNamespace();
  const collection = mapPath(namespace, '').slice(0, -1);
  const body = { metadata: { name: 'odd' }, dada: {} };
  const strict = await cluster.request('POST', `${collection}?fieldValidation=Strict`, { body });
  expect(strict).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('unknown field "dada"') },
  });
  const warned = await cluster.request('POST', collection, { body });
  expect(warned.status).toBe(201);
  expect(warned.headers.warning).toContain('unknown field');
  expect(warned.body).not.toHaveProperty('dada');
});

test('a request that nobody knows is answered 501 and reported', async () => {
  const before = Date.now();
  const answer = await cluster.request('GET', '/apis/policy/v1/poddisruptionbudgets');
  expect(answer.status).toBe(501);
  expect(answer.body['message']).toContain('env/embedded/kubernetes/kinds/builtin.ts');
  expect(cluster.world.unknown.since(before)).toHaveLength(1);
});

test('a token that nobody has is refused', async () => {
  const account = cluster.kubernetes.tokenOf('default', 'somebody');
  expect(account.split('.')).toHaveLength(3);
  const review = await cluster.request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { spec: { token: account } },
  });
  expect(review.body).toMatchObject({
    status: { authenticated: true, user: { username: 'system:serviceaccount:default:somebody' } },
  });
  const token = await cluster.request(
    'POST',
    '/api/v1/namespaces/default/serviceaccounts/somebody/token',
    { body: { spec: { expirationSeconds: 600 } } },
  );
  expect(token.body).toMatchObject({ status: { token: expect.stringContaining('.') } });
});
