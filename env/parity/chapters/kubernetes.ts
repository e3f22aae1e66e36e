/**
 * The API server: discovery, and what objects go through: making, reading, changing in four ways,
 * refusals, pages, watches, finalizers, owners, status.
 */
import { labelKeys, labelsFor } from '../../labels.ts';
import type { RawRequest } from '../../access/kubernetes.ts';
import { type Extract, type Json, listIn, objectIn, Recorder, textIn } from '../recorder.ts';
import type { Chapter } from '../trace.ts';
import { definitionOf } from './definitions.ts';
import type { Scene } from './scene.ts';

const groups: ReadonlySet<string> = new Set([
  'apiextensions.k8s.io',
  'apps',
  'batch',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'networking.k8s.io',
  'openstack.org',
  'rbac.authorization.k8s.io',
]);

const kinds: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Endpoints',
  'Namespace',
  'Node',
  'Pod',
  'Service',
  'ServiceAccount',
]);

interface Script {
  readonly recorder: Recorder;
  readonly namespace: string;
  /** Asks and records. */
  readonly ask: (step: string, request: RawRequest, extract?: Extract) => Promise<Json>;
}

/** Records the API server. */
export async function kubernetes({ apis, runId }: Scene): Promise<Chapter> {
  const recorder = new Recorder('kubernetes', apis);
  const namespace = `parity-api-${runId}`.toLowerCase();
  recorder.sanitiser.name(namespace, 'namespace');
  recorder.sanitiser.name(runId, 'run');
  const script: Script = {
    recorder,
    namespace,
    ask: async (...asked) => (await recorder.askKubernetes(...asked)).body,
  };
  await discovery(script);
  await namespaces(script, runId);
  await changes(script);
  await applies(script);
  await pages(script);
  await ends(script);
  await refusals(script);
  await script.ask('the namespace goes', {
    method: 'DELETE',
    path: `/api/v1/namespaces/${namespace}`,
  });
  return recorder.chapter;
}

async function discovery({ ask }: Script): Promise<void> {
  const resources = (body: Json, wanted: (name: Json) => boolean): Json => ({
    ...body,
    resources: listIn(body, 'resources')
      .filter(wanted)
      .sort((a, b) => textIn(a, 'name').localeCompare(textIn(b, 'name'))),
  });
  await ask('the version', { path: '/version' });
  await ask('the core versions', { path: '/api' });
  await ask('the groups', { path: '/apis' }, (body) => ({
    ...body,
    groups: listIn(body, 'groups')
      .filter((group) => groups.has(textIn(group, 'name')))
      .map((group) => ({ name: group['name'] }))
      .sort((a, b) => String(a.name).localeCompare(String(b.name))),
  }));
  await ask('the core resources', { path: '/api/v1' }, (body) =>
    resources(body, ({ kind, name }) => kinds.has(String(kind)) && !String(name).includes('/')),
  );
  await ask('the resources of Kuryr', { path: '/apis/openstack.org/v1' }, (body) =>
    resources(body, ({ name }) => !String(name).startsWith('kuryrnetpol')),
  );
  for (const plural of [
    'kuryrports',
    'kuryrnetworks',
    'kuryrloadbalancers',
    'kuryrnetworkpolicies',
  ]) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.openstack.org`;
    await ask(`the definition of ${plural}`, { path }, definitionOf);
  }
  await ask('no group', { path: '/apis/nothing.example.org/v1' });
  await ask('no kind', { path: '/apis/openstack.org/v1/nothings' });
}

async function namespaces({ ask, namespace }: Script, runId: string): Promise<void> {
  const path = '/api/v1/namespaces';
  const made = (name: string): Json => ({
    ...{ apiVersion: 'v1', kind: 'Namespace' },
    metadata: { name, labels: labelsFor(runId) },
  });
  const own = { path: `${path}/${namespace}` };
  await ask('a namespace', { method: 'POST', path, body: made(namespace) }, withoutOwnLabel);
  await ask('the same namespace', { method: 'POST', path, body: made(namespace) });
  await ask('a namespace of a wrong name', { method: 'POST', path, body: made('Not_A_Name') });
  await ask('the namespace', own, withoutOwnLabel);
  await ask(
    'namespaces by label',
    { path: `${path}?labelSelector=${encodeURIComponent(`${labelKeys.run}=${runId}`)}&limit=1` },
    (body) => ({ ...body, items: listIn(body, 'items').length }),
  );
  await ask('no namespace', { path: `${path}/nothing-of-that-name` });
}

/** Kubernetes 1.21 and later label a namespace with its name. */
function withoutOwnLabel(body: Json): Json {
  const metadata = objectIn(body, 'metadata');
  const labels = Object.entries(objectIn(metadata, 'labels')).filter(
    ([key]) => key !== 'kubernetes.io/metadata.name',
  );
  return { ...body, metadata: { ...metadata, labels: Object.fromEntries(labels) } };
}

function mapOf(name: string, rest: Json = {}): Json {
  const { metadata, ...others } = rest;
  return {
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: { name, ...(metadata as Json | undefined) },
    data: { one: '1' },
    ...others,
  };
}

function shelfOf({ namespace }: Script): string {
  return `/api/v1/namespaces/${namespace}/configmaps`;
}

async function changes(script: Script): Promise<void> {
  const { ask } = script;
  const shelf = shelfOf(script);
  const path = `${shelf}/map`;
  const labels = { colour: 'red' };
  const post = { method: 'POST', path: shelf } as const;
  const made = await ask('a map', { ...post, body: mapOf('map', { metadata: { labels } }) });
  await ask('the same map', { ...post, body: mapOf('map') });
  await ask('a map without a name', { ...post, body: mapOf('') });
  await ask('a map with a list for data', { ...post, body: mapOf('list', { data: ['one'] }) });
  await ask('a map for another namespace', {
    ...post,
    body: mapOf('elsewhere', { metadata: { namespace: 'default' } }),
  });
  const put = { method: 'PUT', path } as const;
  await ask('the map anew', { ...put, body: { ...made, data: { one: '2' } } });
  await ask('the map as it was', { ...put, body: { ...made, data: { one: '3' } } });
  const patch = (type: string, body: unknown): RawRequest => ({
    method: 'PATCH',
    path,
    body,
    contentType: `application/${type}`,
  });
  const more = { data: { two: '2' } };
  await ask('a merge patch', patch('merge-patch+json', more));
  await ask('a strategic patch', patch('strategic-merge-patch+json', { data: { one: null } }));
  const test = { op: 'test', path: '/data/two', value: '2' };
  await ask('a JSON patch', patch('json-patch+json', [test, { ...test, op: 'add', value: '4' }]));
  await ask('a JSON patch whose test fails', patch('json-patch+json', [test]));
  await ask('a JSON patch of nothing', patch('json-patch+json', [{ op: 'remove', path: '/no' }]));
  await ask('a patch of an unknown type', patch('yaml-in-verse', more));
  await ask('the map', { path });
  await ask('no map', { path: `${shelf}/nothing` });
}

async function applies(script: Script): Promise<void> {
  const { ask } = script;
  const path = `${shelfOf(script)}/applied`;
  const apply = (manager: string, data: Json, force = false): RawRequest => ({
    method: 'PATCH',
    path: `${path}?fieldManager=${manager}${force ? '&force=true' : ''}`,
    contentType: 'application/apply-patch+yaml',
    body: mapOf('applied', { data }),
  });
  await ask('an apply that makes', apply('one', { colour: 'red' }));
  await ask('an apply that changes', apply('one', { colour: 'green' }));
  await ask('an apply that conflicts', apply('two', { colour: 'blue' }));
  await ask('an apply by force', apply('two', { colour: 'blue' }, true));
  await ask('an apply without a manager', {
    ...apply('none', { colour: 'red' }),
    path,
  });
}

async function pages(script: Script): Promise<void> {
  const { ask, recorder } = script;
  const shelf = shelfOf(script);
  const named = (body: Json): Json => ({
    ...body,
    items: listIn(body, 'items').map((item) => objectIn(item, 'metadata')['name']),
  });
  const ours = 'fieldSelector=metadata.name%21%3Dkube-root-ca.crt';
  const first = await ask('a page', { path: `${shelf}?limit=1&${ours}` }, named);
  const metadata = objectIn(first, 'metadata');
  const next = textIn(metadata, 'continue');
  await ask(
    'the next page',
    { path: `${shelf}?limit=1&${ours}&continue=${encodeURIComponent(next)}` },
    (body) => ({ ...body, items: listIn(body, 'items').length }),
  );
  await ask('a page after nothing', { path: `${shelf}?limit=1&continue=nothing` });
  await ask('maps by label', { path: `${shelf}?labelSelector=colour%3Dred` }, named);
  await ask('maps by a wrong selector', { path: `${shelf}?labelSelector=a%3D%3D%3Db` });
  await ask('maps by an unknown field', { path: `${shelf}?fieldSelector=data.one%3D1` });
  const events = await recorder.watched(shelf, textIn(metadata, 'resourceVersion'));
  recorder.states('a watch in which nothing happens', events.map(eventOf));
  const all = await recorder.watched(`${shelf}?${ours}`, '1');
  recorder.states('a watch from long ago', all.slice(0, 1).map(eventOf));
}

function eventOf(event: Json): string {
  const object = objectIn(event, 'object');
  return event['type'] === 'ERROR'
    ? `ERROR ${String(object['code'])} ${String(object['reason'])}`
    : String(event['type']);
}

async function ends(script: Script): Promise<void> {
  const { ask, recorder } = script;
  const shelf = shelfOf(script);
  const post = { method: 'POST', path: shelf } as const;
  const made = await ask('a map with a finalizer', {
    ...post,
    body: mapOf('held', { metadata: { finalizers: ['example.org/hold'] } }),
  });
  const path = `${shelf}/held`;
  const patch = (body: Json): RawRequest => ({
    method: 'PATCH',
    path,
    body,
    contentType: 'application/merge-patch+json',
  });
  await ask('the held map is to go', { method: 'DELETE', path });
  await ask(
    'a finalizer too late',
    patch({ metadata: { finalizers: ['example.org/late', 'example.org/hold'] } }),
  );
  await ask('the held map is let go', patch({ metadata: { finalizers: [] } }));
  await ask('the held map is gone', { path });
  const { uid, resourceVersion } = objectIn(made, 'metadata');
  const events = await recorder.watched(
    `${shelf}?fieldSelector=metadata.name%3Dheld`,
    String(resourceVersion),
  );
  recorder.states('the end of the held map', events.map(eventOf));
  const owner = await ask('an owner', { ...post, body: mapOf('owner') });
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner' };
  await ask('an owned map', {
    ...post,
    body: mapOf('owned', {
      metadata: { ownerReferences: [{ ...reference, uid: objectIn(owner, 'metadata')['uid'] }] },
    }),
  });
  await ask('the wrong owner is to go', {
    method: 'DELETE',
    path: `${shelf}/owner`,
    body: { preconditions: { uid } },
  });
  await ask('the owner goes', { method: 'DELETE', path: `${shelf}/owner` });
  await recorder.wait({ until: 'the garbage is collected' }, async () => {
    const { status } = await recorder.lookAtKubernetes({ path: `${shelf}/owned` });
    return status === 404 ? status : undefined;
  });
  recorder.states('the owned map', ['there', 'gone']);
}

async function refusals({ ask, namespace }: Script): Promise<void> {
  const at = `/api/v1/namespaces/${namespace}`;
  const kuryr = `/apis/openstack.org/v1/namespaces/${namespace}`;
  const post = (path: string, body: Json): RawRequest => ({ method: 'POST', path, body });
  const pod = (spec: Json): Json => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'refused' }, spec },
  });
  await ask('a pod without containers', post(`${at}/pods`, pod({ containers: [] })));
  await ask(
    'a pod without an image',
    post(`${at}/pods`, pod({ containers: [{ name: 'One', image: '' }] })),
  );
  const service = (spec: Json): Json => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'refused' }, spec },
  });
  await ask('a Service without ports', post(`${at}/services`, service({ selector: { a: 'b' } })));
  await ask(
    'a Service of a wrong address',
    post(`${at}/services`, service({ clusterIP: '1.2.3.4', ports: [{ port: 80 }] })),
  );
  await ask(
    'a KuryrPort of a wrong form',
    post(`${kuryr}/kuryrports`, {
      ...{ apiVersion: 'openstack.org/v1', kind: 'KuryrPort', metadata: { name: 'refused' } },
      spec: { podUid: 7, podNodeName: 'n1' },
    }),
  );
  await ask('a status that is none', { path: `${kuryr}/kuryrports/refused/status` });
  await ask('an object of another kind', post(`${at}/services`, pod({ containers: [] })));
  await ask('a body that is none', post(`${at}/configmaps`, {}));
  await ask('a verb that is none', { method: 'PUT', path: `${at}/pods`, body: {} });
  await ask('no log', { path: `${at}/pods/nothing/log` });
}
