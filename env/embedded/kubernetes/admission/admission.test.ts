import { expect, test } from '@playwright/test';
import { makeNamespace, startTestCluster, type TestCluster, until } from '../testing/cluster.ts';

let cluster: TestCluster;

test.beforeAll(async () => {
  cluster = await startTestCluster();
  for (const level of ['restricted', 'privileged']) {
    await makeNamespace(cluster, level, { 'pod-security.kubernetes.io/enforce': level });
  }
});

test.afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly fields: string[];
}

async function post(path: string, body: object): Promise<Refusal> {
  const answer = await cluster.request('POST', path, { body });
  const details = answer.body['details'] as { causes?: { field: string }[] } | undefined;
  const message = typeof answer.body['message'] === 'string' ? answer.body['message'] : '';
  const fields = (details?.causes ?? []).map(({ field }) => field);
  return { status: answer.status, message, fields };
}

const podsIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
const services = '/api/v1/namespaces/privileged/services';
const policies = '/apis/networking.k8s.io/v1/namespaces/privileged/networkpolicies';

const restrictedContainer = {
  name: 'c',
  image: 'i:1',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const restrictedPod = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

test('the restricted level takes a modest pod and refuses others with the reasons', async () => {
  const spec = { securityContext: restrictedPod, containers: [restrictedContainer] };
  expect(await post(podsIn('restricted'), { metadata: { name: 'modest' }, spec })).toMatchObject({
    status: 201,
  });
  const bold = { containers: [{ name: 'c', image: 'i:1' }] };
  const refused = await post(podsIn('restricted'), { metadata: { name: 'bold' }, spec: bold });
  expect(refused.status).toBe(403);
  expect(refused.message).toBe(
    'pods "bold" is forbidden: violates PodSecurity "restricted:latest": ' +
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  );
  const host = { ...spec, hostNetwork: true };
  const onHost = await post(podsIn('restricted'), { metadata: { name: 'host' }, spec: host });
  expect(onHost.message).toContain('host namespaces (hostNetwork=true)');
  expect(
    await post(podsIn('privileged'), { metadata: { name: 'bold' }, spec: bold }),
  ).toMatchObject({ status: 201 });
});

test('mistakes in pods are refused field by field', async () => {
  const spec = {
    restartPolicy: 'Sometimes',
    dnsPolicy: 'None',
    containers: [
      {
        name: 'C_1',
        ports: [{ containerPort: 0 }],
        volumeMounts: [{ name: 'none', mountPath: '/x' }],
      },
    ],
  };
  const refused = await post(podsIn('privileged'), { metadata: { name: 'Wrong' }, spec });
  expect(refused.status).toBe(422);
  expect(refused.fields).toEqual([
    'metadata.name',
    'spec.restartPolicy',
    'spec.dnsConfig.nameservers',
    'spec.containers[0].name',
    'spec.containers[0].image',
    'spec.containers[0].ports[0].containerPort',
    'spec.containers[0].volumeMounts[0].name',
  ]);
  const nobody = await post(podsIn('privileged'), {
    metadata: { name: 'p' },
    spec: { serviceAccountName: 'nobody', containers: [{ name: 'c', image: 'i:1' }] },
  });
  expect(nobody).toMatchObject({
    status: 403,
    message: expect.stringContaining('serviceaccount "nobody" not found'),
  });
});

test('a pod changes little after it was made', async () => {
  const type = 'application/merge-patch+json';
  const path = `${podsIn('privileged')}/still`;
  await post(podsIn('privileged'), {
    metadata: { name: 'still' },
    spec: { containers: [{ name: 'c', image: 'i:1' }] },
  });
  const renamed = await cluster.request('PATCH', path, {
    type,
    body: { spec: { hostname: 'other' } },
  });
  expect(renamed.status).toBe(422);
  const labelled = await cluster.request('PATCH', path, {
    type,
    body: { metadata: { labels: { a: 'b' } } },
  });
  expect(labelled.status).toBe(200);
});

test('services get addresses and ports of their own, or those they ask for', async () => {
  const make = (name: string, spec: object) =>
    cluster.request('POST', services, { body: { metadata: { name }, spec } });
  const ports = [{ port: 80 }];
  const plain = await make('plain', { ports });
  expect(plain.body['spec']).toMatchObject({
    type: 'ClusterIP',
    clusterIP: expect.stringMatching(/^10\.79\./),
    ports: [{ targetPort: 80, protocol: 'TCP' }],
  });
  const fixed = await make('fixed', { ports, clusterIP: '10.79.0.10' });
  expect(fixed.status).toBe(201);
  expect((await make('taken', { ports, clusterIP: '10.79.0.10' })).body['message']).toContain(
    'already allocated',
  );
  expect((await make('outside', { ports, clusterIP: '192.0.2.1' })).body['message']).toContain(
    'not in the valid range',
  );
  const balanced = await make('balanced', { ports, type: 'LoadBalancer' });
  expect(balanced.body['spec']).toMatchObject({ ports: [{ nodePort: expect.any(Number) }] });
  const headless = await make('headless', { clusterIP: 'None', selector: { a: 'b' } });
  expect(headless.body['spec']).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] });
  const two = await post(services, {
    metadata: { name: 'two' },
    spec: { ports: [{ port: 80 }, { port: 80 }] },
  });
  expect(two.fields).toEqual(['spec.ports[0].name', 'spec.ports[1].name', 'spec.ports[1]']);
  const mixed = await make('mixed', {
    type: 'LoadBalancer',
    ports: [
      { name: 't', port: 53, protocol: 'TCP' },
      { name: 'u', port: 53, protocol: 'UDP' },
    ],
  });
  expect(mixed.status).toBe(201);
});

test('policies are completed, and refused when they make no sense', async () => {
  const make = (name: string, spec: object) => post(policies, { metadata: { name }, spec });
  const { body } = await cluster.request('POST', policies, {
    body: { metadata: { name: 'egress' }, spec: { egress: [{ ports: [{ port: 53 }] }] } },
  });
  expect(body['spec']).toEqual({
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
  });
  const from = (ipBlock: object): object => ({
    podSelector: {},
    ingress: [{ from: [{ ipBlock }] }],
  });
  expect((await make('cidr', from({ cidr: '10.0.0.0/33' }))).fields).toEqual([
    'spec.ingress[0].from[0].ipBlock.cidr',
  ]);
  const except = { cidr: '10.0.0.0/8', except: ['10.0.0.0/8', '11.0.0.0/16', '10.1.0.0/16'] };
  expect((await make('except', from(except))).fields).toEqual([
    'spec.ingress[0].from[0].ipBlock.except[0]',
    'spec.ingress[0].from[0].ipBlock.except[1]',
  ]);
  expect((await make('nobody', { podSelector: {}, ingress: [{ from: [{}] }] })).fields).toEqual([
    'spec.ingress[0].from[0]',
  ]);
  const ports = [{ port: 100, endPort: 90 }, { endPort: 90 }, { port: 'web', endPort: 9 }];
  expect((await make('ports', { podSelector: {}, ingress: [{ ports }] })).fields).toEqual([
    'spec.ingress[0].ports[0].endPort',
    'spec.ingress[0].ports[1].port',
    'spec.ingress[0].ports[2].endPort',
  ]);
  const selector = { matchExpressions: [{ key: 'a', operator: 'In' }] };
  expect((await make('selector', { podSelector: selector })).fields).toEqual([
    'spec.podSelector.matchExpressions[0].values',
  ]);
});

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things', shortNames: ['th'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1 },
                  colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
              status: { type: 'object', properties: { done: { type: 'boolean' } } },
            },
          },
        },
      },
    ],
  },
};

test('custom resources are served, completed, cut and checked by their schema', async () => {
  expect(
    await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition),
  ).toMatchObject({ status: 201 });
  const things = '/apis/example.org/v1/namespaces/privileged/things';
  const words = { apiVersion: 'example.org/v1', kind: 'Thing' };
  const made = await cluster.request('POST', things, {
    body: {
      ...words,
      metadata: { name: 'one' },
      spec: { size: 2, odd: 1, free: { any: [1] } },
      status: { done: true },
    },
  });
  expect(made.body['spec']).toEqual({ size: 2, colour: 'red', free: { any: [1] } });
  // Without a status subresource a status is stored like anything else.
  expect(made.body['status']).toEqual({ done: true });
  const wrong = { ...words, metadata: { name: 'two' }, spec: { size: '2', colour: 'green' } };
  expect(await post(things, wrong)).toMatchObject({
    status: 422,
    fields: ['spec.size', 'spec.colour'],
  });
  expect((await post(things, { ...words, metadata: { name: 'three' }, spec: {} })).fields).toEqual([
    'spec.size',
  ]);
  const patched = await cluster.request('PATCH', `${things}/one`, {
    type: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/status', value: {} }],
  });
  expect(patched.body).toMatchObject({ status: {}, metadata: { generation: 2 } });
  const strategic = await cluster.request('PATCH', `${things}/one`, {
    type: 'application/strategic-merge-patch+json',
    body: {},
  });
  expect(strategic.status).toBe(415);
  const table = await cluster.request('GET', things, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  });
  expect(table.body['rows']).toMatchObject([{ cells: ['one', 2] }]);
  await cluster.request(
    'DELETE',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.org',
  );
  await until(async () => (await cluster.request('GET', things)).status === 404);
});
