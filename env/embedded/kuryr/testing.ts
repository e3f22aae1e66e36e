/**
 * A stack for tests of Kuryr: the simulated cloud, data plane and Kubernetes with Kuryr between them, and
 * the few words to make objects, wait for something and count what there is.
 */
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenStackSession } from '../../access/openstack.ts';
import { writeAuthority, writeClouds } from '../access-files.ts';
import { makeTls } from '../certificates.ts';
import { createDataPlane } from '../dataplane/data-plane.ts';
import { startKubernetes } from '../kubernetes/index.ts';
import { startCloud } from '../openstack/cloud.ts';
import { addresses } from '../site-addresses.ts';
import { SiteApi } from '../site-api.ts';
import { plugMachines } from '../site-nodes.ts';
import { makeNetworks } from '../site.ts';
import { type Axes, World } from '../world.ts';
import { Cloud, type CloudRow } from './api/cloud.ts';
import { Kube } from './api/kube.ts';
import type { Resource } from './api/resources.ts';
import { type Kuryr, startKuryr } from './kuryr.ts';
import { type Manifest } from './objects/crds.ts';
import { kuryrNamespace, kuryrObjects } from './objects/manifests.ts';
import { type KuryrSettings, settingsFor } from './settings.ts';

/** The tag of everything that Kuryr makes in tests. */
export const testTag = 'kuryr-test';

const standardAxes: Axes = {
  series: '2024.1',
  kuryr: '10.0',
  octavia: 'ovn',
  ml2: 'ovn',
  firewall: 'ovn',
  podMode: 'nested-vlan',
  cluster: { kind: 'kind' },
  workers: 2,
};

/** What is in the way of an empty census. */
export type TestCensus = Readonly<Record<string, readonly string[]>>;

/** A running stack in the hands of a test. */
export interface TestStack extends AsyncDisposable {
  readonly world: World;
  readonly kube: Kube;
  readonly cloud: Cloud;
  readonly kuryr: Kuryr;
  readonly settings: KuryrSettings;
  make(manifest: Manifest): Promise<Resource>;
  remove(path: string): Promise<void>;
  get<T extends Resource>(path: string): Promise<T | undefined>;
  /** Waits until a look gives something. */
  until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T>;
  census(): Promise<TestCensus>;
  /** The census when it does not change any more. */
  settled(): Promise<TestCensus>;
  /** What nobody knew how to answer. */
  complaints(): readonly string[];
}

const waitMs = 15_000;

/** Starts a stack with other axes or settings than the standard ones. */
export async function startTestStack(
  axes: Partial<Axes> = {},
  changed: Partial<KuryrSettings> = {},
): Promise<TestStack> {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const world = new World({ ...standardAxes, ...axes }, { seed: 'kuryr', closing: ending.signal });
  const folder = await mkdtemp(join(tmpdir(), 'kc-kuryr-'));
  const tls = makeTls(['kubernetes.default.svc']);
  await writeAuthority(folder, tls.ca);
  const roles = [
    'member',
    'load-balancer_member',
    ...(world.axes.podMode === 'neutron-vif' ? ['admin'] : []),
  ];
  const cloudServer = await startCloud(world, {
    tls,
    users: [{ name: 'kuryr', project: 'k8s', roles }],
  });
  const cloudsYamlPath = await writeClouds(folder, {
    admin: cloudServer.cloudsYaml('admin'),
    kuryr: cloudServer.cloudsYaml('kuryr'),
  });
  const [admin, member] = (await Promise.all(
    ['admin', 'kuryr'].map((cloudName) => OpenStackSession.open({ cloudsYamlPath, cloudName })),
  )) as [OpenStackSession, OpenStackSession];
  const dataPlane = createDataPlane(world, cloudServer.view);
  const api = new SiteApi(admin);
  const facts = await makeNetworks(api, (await member.projectId()) ?? '');
  const { podMode, workers } = world.axes;
  const machines = await plugMachines({
    api,
    facts,
    dataPlane,
    workers,
    podMode,
    resourceTag: testTag,
  });
  let kuryr: Kuryr | undefined;
  const kubernetes = await startKubernetes(world, {
    tls,
    tokens: { admin: { username: 'kubernetes-admin', groups: ['system:masters'] } },
    dataPlane,
    nodes: machines.workers.map(({ name, address, netns }) => ({
      name,
      internalIp: address,
      netns,
    })),
    dns: { clusterIp: addresses.dnsService, domain: 'cluster.local' },
    serviceCidr: addresses.clusterIpCidr,
    cni: () => {
      if (kuryr !== undefined) return kuryr.cni;
      throw new Error('The CNI plugin is not there yet.');
    },
  });
  const kube = new Kube({ url: kubernetes.url, ca: tls.ca, token: 'admin' });
  const settings: KuryrSettings = {
    ...settingsFor(world.axes, {
      project: facts.project,
      pod_router: facts.router,
      pod_subnet_pool: facts.subnetPool,
      pod_subnet: facts.podSubnet,
      service_subnet: facts.serviceSubnet,
      pod_security_groups: [facts.allowAllGroup],
      external_svc_net: facts.externalNetwork,
      external_svc_subnet: facts.externalSubnet,
      resource_tags: [testTag],
      worker_nodes_subnets: [facts.nodesSubnet],
    }),
    ...changed,
  };
  const make = (manifest: Manifest): Promise<Resource> => makeIn(kube, manifest);
  for (const object of kuryrObjects(world.axes, settings)) await make(object);
  const token = kubernetes.tokenOf(kuryrNamespace(world.axes), 'kuryr-controller');
  kuryr = await startKuryr(world, {
    kubernetes: { url: kubernetes.url, ca: tls.ca, token },
    cloud: { cloudsYamlPath, cloudName: 'kuryr' },
    settings,
    nodes: machines.workers.map(({ name, netns }) => ({ name, netns })),
  });
  const started = kuryr;
  const cloud = new Cloud(admin);
  return {
    world,
    kube,
    cloud,
    kuryr: started,
    settings,
    make,
    remove: async (path) => {
      await kube.send({ method: 'DELETE', path });
    },
    get: async <T extends Resource>(path: string) => (await kube.get(path)) as T | undefined,
    until: (what, look) => until(world, what, look),
    census: () => census(kube, cloud),
    settled: async () => {
      for (;;) {
        const first = await census(kube, cloud);
        await world.delay(400);
        const second = await census(kube, cloud);
        if (JSON.stringify(first) === JSON.stringify(second)) return second;
      }
    },
    complaints: () =>
      world.unknown.since(0).map(({ method, path, server }) => `${server} ${method} ${path}`),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await started[Symbol.asyncDispose]();
      kube[Symbol.dispose]();
      await kubernetes[Symbol.asyncDispose]();
      await cloudServer[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const plurals: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  Endpoints: 'endpoints',
};

async function makeIn(kube: Kube, manifest: Manifest): Promise<Resource> {
  const { apiVersion, kind, metadata } = manifest;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const space = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const path = `${root}${space}/${plurals[kind] ?? `${kind.toLowerCase()}s`}`;
  return (await kube.send({ method: 'POST', path, body: manifest })) as Resource;
}

async function until<T>(
  world: World,
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) {
      const last = world.linesOf('kuryr-controller').slice(-15).join('\n');
      throw new Error(`${what} did not come within ${waitMs} ms.\n${last}`);
    }
    await world.delay(5);
  }
}

async function census(kube: Kube, cloud: Cloud): Promise<TestCensus> {
  const ids = (rows: readonly CloudRow[]): string[] =>
    rows.map(({ id, name }) => `${id} ${name}`).sort();
  const neutron = ['networks', 'subnets', 'ports', 'security-groups', 'floatingips'];
  const [balancers, spaces, ...rows] = await Promise.all([
    cloud.listLb<CloudRow>('loadbalancers'),
    kube.get('/api/v1/namespaces') as Promise<{ items: Resource[] }>,
    ...neutron.map((collection) => cloud.list(collection)),
  ]);
  return {
    namespaces: spaces.items.map(({ metadata }) => metadata.name).sort(),
    balancers: ids(balancers),
    ...Object.fromEntries(neutron.map((name, index) => [name, ids(rows[index] ?? [])])),
  };
}
