/**
 * A simulated Kubernetes on fakes, with a client of this project that is connected to it.
 */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KubernetesAccess } from '../../../access/kubernetes.ts';
import { testAuthority, testServerCertificate, testServerKey } from '../../../testing/tls.ts';
import type { World } from '../../world.ts';
import { type Kubernetes, startKubernetes } from '../index.ts';
import { FakeCni, FakeDataPlane, testWorld } from './fakes.ts';

const token = 'admin-token';
const json = 'application/json';

/** A cluster under test. */
export interface TestCluster extends AsyncDisposable {
  readonly world: World;
  readonly kubernetes: Kubernetes;
  readonly access: KubernetesAccess;
  readonly cni: FakeCni;
  readonly dataPlane: FakeDataPlane;
  readonly kubeconfigPath: string;
  /** One request as its own text, for what the client library has no verb for. */
  request(method: string, path: string, options?: RawOptions): Promise<RawAnswer>;
}

/** An object as it would be written in YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly finalizers?: string[];
  };
  readonly [part: string]: unknown;
}

/** Makes an object through the client library. */
export function make({ access }: TestCluster, manifest: Manifest): Promise<Manifest> {
  return access.call(`Making ${manifest.kind}`, ({ objects }) =>
    objects.create(structuredClone(manifest)),
  );
}

/** Makes a namespace and waits until it takes pods. */
export async function makeNamespace(
  cluster: TestCluster,
  name: string,
  labels: Record<string, string> = {},
): Promise<void> {
  await make(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  await until(() =>
    cluster.access.find('Reading its account', ({ core }) =>
      core.readNamespacedServiceAccount({ namespace: name, name: 'default' }),
    ),
  );
}

interface RawOptions {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** Starts a cluster with two nodes. */
export async function startTestCluster(version = '1.28.15'): Promise<TestCluster> {
  const { world, end } = testWorld();
  const dataPlane = new FakeDataPlane();
  const cni = new FakeCni();
  const kubernetes = await startKubernetes(world, {
    tls: { key: testServerKey, cert: testServerCertificate, ca: testAuthority },
    tokens: { [token]: { username: 'admin', groups: ['system:masters'] } },
    dataPlane,
    nodes: ['n1', 'n2'].map((name, index) => ({
      name,
      internalIp: `10.10.0.${11 + index}`,
      netns: dataPlane.createNetns(name, name),
    })),
    dns: { clusterIp: '10.79.0.10', domain: 'cluster.local' },
    cni: () => cni,
    version,
  });
  const folder = await mkdtemp(join(tmpdir(), 'kc-kube-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(kubeconfigPath, JSON.stringify(kubeconfigOf(kubernetes.url)));
  const access = await KubernetesAccess.open(kubeconfigPath);
  return {
    ...{ world, kubernetes, access, cni, dataPlane, kubeconfigPath },
    request: (method, path, { body, type = json, accept = json } = {}) =>
      rawRequest(access.server, { method, path, body, type, accept }),
    [Symbol.asyncDispose]: async () => {
      access[Symbol.dispose]();
      end();
      await kubernetes[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function kubeconfigOf(server: string): object {
  const authority = Buffer.from(testAuthority).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
  };
}

async function rawRequest(
  server: string,
  { method, path, body, type, accept }: Required<RawOptions> & { method: string; path: string },
): Promise<RawAnswer> {
  const headers = { authorization: `Bearer ${token}`, accept, 'content-type': type };
  const sent = request(`${server}${path}`, { method, headers, ca: testAuthority, agent: false });
  sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: parsed(Buffer.concat(chunks).toString('utf8')),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

/** Looks until something is there; fails after a while. */
export async function until<T>(look: () => Promise<T | undefined | false>, ms = 5_000): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`not there after ${ms} ms`);
    await pause(5);
  }
}
