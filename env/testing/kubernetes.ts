/**
 * A Kubernetes API server for our tests: a store of objects behind a loopback server with TLS. It knows
 * discovery, list, read, create, merge patch and delete; a hook may react to what is stored.
 */
import { type Asked, type Loopback, type Reply, startLoopback } from './loopback.ts';
import { scratchFile } from './scratch.ts';
import { testAuthority } from './tls.ts';

/** A stored object. */
export interface Stored {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

/** A running API server. */
export interface TestKubernetes extends Loopback {
  readonly kubeconfigPath: string;
  /** Objects by the path of their collection, such as "/api/v1/namespaces/demo/pods". */
  readonly objects: Map<string, Stored[]>;
  readonly put: (path: string, object: Stored) => void;
}

/** How a server behaves. */
export interface KubernetesTemper {
  /** Looks at a request before the server does. */
  readonly intercept?: (asked: Asked) => Reply | undefined;
  /** Reacts to a created object, for instance by making it ready. */
  readonly onCreate?: (object: Stored, path: string) => void;
  readonly onDelete?: (object: Stored, path: string) => void;
}

const kinds: Readonly<
  Record<string, readonly (readonly [plural: string, kind: string, isNamespaced: boolean])[]>
> = {
  '/api/v1': [
    ['namespaces', 'Namespace', false],
    ['nodes', 'Node', false],
    ['pods', 'Pod', true],
    ['services', 'Service', true],
    ['endpoints', 'Endpoints', true],
    ['events', 'Event', true],
    ['configmaps', 'ConfigMap', true],
    ['serviceaccounts', 'ServiceAccount', true],
  ],
  '/apis/apps/v1': [['deployments', 'Deployment', true]],
  '/apis/networking.k8s.io/v1': [['networkpolicies', 'NetworkPolicy', true]],
  '/apis/openstack.org/v1': [
    ['kuryrports', 'KuryrPort', true],
    ['kuryrnetworks', 'KuryrNetwork', true],
    ['kuryrloadbalancers', 'KuryrLoadBalancer', true],
    ['kuryrnetworkpolicies', 'KuryrNetworkPolicy', true],
  ],
};

/** Starts an API server and writes a kubeconfig for it. */
export async function startTestKubernetes(temper: KubernetesTemper = {}): Promise<TestKubernetes> {
  const objects = new Map<string, Stored[]>();
  let serial = 0;
  const put = (path: string, object: Stored): void => {
    serial += 1;
    object.metadata['uid'] ??= `uid-${serial}`;
    object.metadata['resourceVersion'] = String(serial);
    objects.set(path, [...(objects.get(path) ?? []), object]);
  };
  const server = await startLoopback(
    (asked) => temper.intercept?.(asked) ?? answer(asked, { objects, put, temper }),
    { isTls: true },
  );
  return { ...server, objects, put, kubeconfigPath: await writeKubeconfig(server.url) };
}

async function writeKubeconfig(url: string): Promise<string> {
  const authority = Buffer.from(testAuthority).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: 'tester', user: { token: 'very-secret-token' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester' } }],
  };
  return scratchFile('kubeconfig', JSON.stringify(config));
}

interface Store {
  readonly objects: Map<string, Stored[]>;
  readonly put: (path: string, object: Stored) => void;
  readonly temper: KubernetesTemper;
}

function answer(asked: Asked, store: Store): Reply | undefined {
  if (asked.headers.authorization !== 'Bearer very-secret-token') {
    return refusal(401, 'Unauthorized', 'Unauthorized');
  }
  const group = kinds[asked.path];
  if (group !== undefined) {
    return { body: discoveryOf(group) };
  }
  if (asked.path === '/version' || asked.path === '/version/') {
    return { body: { major: '1', minor: '20', gitVersion: 'v1.20.2' } };
  }
  if (isCollection(asked.path)) {
    return asked.method === 'POST' ? created(asked, store) : listed(asked, store.objects);
  }
  return onObject(asked, store);
}

function discoveryOf(group: (typeof kinds)[string]): object {
  return {
    kind: 'APIResourceList',
    groupVersion: 'test',
    resources: group.map(([name, kind, namespaced]) => ({
      name,
      kind,
      namespaced,
      singularName: '',
      verbs: ['get'],
    })),
  };
}

function isCollection(path: string): boolean {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const isPlural = Object.values(kinds).some((group) => group.some(([plural]) => plural === last));
  return isPlural && !path.endsWith('/namespaces/namespaces');
}

function listed(asked: Asked, objects: Store['objects']): Reply {
  const labels = (asked.query.get('labelSelector') ?? '').split(',').filter((part) => part !== '');
  const about = asked.query.get('fieldSelector')?.replace('involvedObject.name=', '');
  const last = asked.path.slice(asked.path.lastIndexOf('/'));
  const isEverywhere =
    !asked.path.includes('/namespaces/') && last !== '/namespaces' && last !== '/nodes';
  const items = [...objects]
    .filter(([path]) => (isEverywhere ? path.endsWith(last) : path === asked.path))
    .flatMap(([, stored]) => stored)
    .filter(({ metadata }) => labels.every((part) => hasLabel(metadata.labels ?? {}, part)))
    .filter(
      (object) =>
        about === undefined || (object['involvedObject'] as { name?: string }).name === about,
    );
  return { body: { kind: 'List', apiVersion: 'v1', metadata: {}, items } };
}

function hasLabel(labels: Record<string, string>, part: string): boolean {
  const [key = '', value] = part.split('=');
  return value === undefined ? key in labels : labels[key] === value;
}

function created(asked: Asked, { objects, put, temper }: Store): Reply {
  const object = asked.body as Stored;
  const { name } = object.metadata;
  if (objects.get(asked.path)?.some(({ metadata }) => metadata.name === name) === true) {
    return refusal(409, 'AlreadyExists', `"${name}" already exists`);
  }
  put(asked.path, object);
  temper.onCreate?.(object, asked.path);
  return { status: 201, body: object };
}

function onObject(asked: Asked, { objects, temper }: Store): Reply {
  const at = asked.path.lastIndexOf('/');
  const [path, name] = [asked.path.slice(0, at), asked.path.slice(at + 1)];
  const stored = objects.get(path) ?? [];
  const object = stored.find(({ metadata }) => metadata.name === name);
  if (object === undefined) {
    return refusal(404, 'NotFound', `"${name}" not found`);
  }
  if (asked.method === 'DELETE') {
    objects.set(
      path,
      stored.filter((candidate) => candidate !== object),
    );
    temper.onDelete?.(object, path);
    return { body: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };
  }
  if (asked.method === 'PATCH') {
    merge(object, asked.body as Record<string, unknown>);
  }
  return { body: object };
}

function merge(target: Record<string, unknown>, patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    const current = target[key];
    if (isRecord(value) && isRecord(current)) {
      merge(current, value);
    } else {
      target[key] = value;
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(code: number, reason: string, message: string): Reply {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message },
  };
}
