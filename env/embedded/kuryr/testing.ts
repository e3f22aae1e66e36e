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
import { type Kubernetes, startKubernetes } from '../kubernetes/index.ts';
import { type Cloud as CloudServer, startCloud } from '../openstack/cloud.ts';
import type { Cni, DataPlane, Tls } from '../seams.ts';
import { addresses } from '../site-addresses.ts';
import { SiteApi } from '../site-api.ts';
import { type Machine, plugMachines } from '../site-nodes.ts';
import { makeNetworks, type SiteFacts } from '../site.ts';
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

interface Ground {
  readonly world: World;
  readonly tls: Tls;
  readonly folder: string;
}

interface Site {
  readonly cloudServer: CloudServer;
  readonly admin: OpenStackSession;
  readonly cloudsYamlPath: string;
  readonly dataPlane: DataPlane;
  readonly facts: SiteFacts;
  readonly workers: readonly Machine[];
}

async function siteOn({ world, tls, folder }: Ground): Promise<Site> {
  const { podMode, workers } = world.axes;
  // Only an administrator may say on which host a port is bound.
  const extra = podMode === 'neutron-vif' ? ['admin'] : [];
  const roles = ['member', 'load-balancer_member', ...extra];
  const cloudServer = await startCloud(world, {
    tls,
    users: [{ name: 'kuryr', project: 'k8s', roles }],
  });
  const cloudsYamlPath = await writeClouds(folder, {
    admin: cloudServer.cloudsYaml('admin'),
    kuryr: cloudServer.cloudsYaml('kuryr'),
  });
  const admin = await OpenStackSession.open({ cloudsYamlPath, cloudName: 'admin' });
  const member = await OpenStackSession.open({ cloudsYamlPath, cloudName: 'kuryr' });
  const dataPlane = createDataPlane(world, cloudServer.view);
  const api = new SiteApi(admin);
  const facts = await makeNetworks(api, (await member.projectId()) ?? '');
  const plan = { api, facts, dataPlane, workers, podMode, resourceTag: testTag };
  const machines = await plugMachines(plan);
  return { cloudServer, admin, cloudsYamlPath, dataPlane, facts, workers: machines.workers };
}

function settingsOn({ world }: Ground, { facts }: Site): KuryrSettings {
  return settingsFor(world.axes, {
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
  });
}

async function clusterOn(
  { world, tls }: Ground,
  site: Site,
  cni: () => Cni | undefined,
): Promise<Kubernetes> {
  return startKubernetes(world, {
    tls,
    tokens: { admin: { username: 'kubernetes-admin', groups: ['system:masters'] } },
    dataPlane: site.dataPlane,
    nodes: site.workers.map(({ name, address, netns }) => ({ name, internalIp: address, netns })),
    dns: { clusterIp: addresses.dnsService, domain: 'cluster.local' },
    serviceCidr: addresses.clusterIpCidr,
    cni: () => {
      const plugin = cni();
      if (plugin !== undefined) return plugin;
      throw new Error('The CNI plugin is not there yet.');
    },
  });
}

/** Starts a stack with other axes or settings than the standard ones. */
export async function startTestStack(
  axes: Partial<Axes> = {},
  changed: Partial<KuryrSettings> = {},
): Promise<TestStack> {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const world = new World({ ...standardAxes, ...axes }, { seed: 'kuryr', closing: ending.signal });
  const folder = await mkdtemp(join(tmpdir(), 'kc-kuryr-'));
  const ground: Ground = { world, folder, tls: makeTls(['kubernetes.default.svc']) };
  const { ca } = ground.tls;
  await writeAuthority(folder, ca);
  const site = await siteOn(ground);
  const late: { kuryr?: Kuryr } = {};
  const kubernetes = await clusterOn(ground, site, () => late.kuryr?.cni);
  const { url } = kubernetes;
  const kube = new Kube({ url, ca, token: 'admin' });
  const settings: KuryrSettings = { ...settingsOn(ground, site), ...changed };
  for (const object of kuryrObjects(world.axes, settings)) await makeIn(kube, object);
  const token = kubernetes.tokenOf(kuryrNamespace(world.axes), 'kuryr-controller');
  const kuryr = await startKuryr(world, {
    kubernetes: { url, ca, token },
    cloud: { cloudsYamlPath: site.cloudsYamlPath, cloudName: 'kuryr' },
    settings,
    nodes: site.workers.map(({ name, netns }) => ({ name, netns })),
  });
  late.kuryr = kuryr;
  return {
    ...wordsOf(world, kube, new Cloud(site.admin)),
    kuryr,
    settings,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await kuryr[Symbol.asyncDispose]();
      kube[Symbol.dispose]();
      await kubernetes[Symbol.asyncDispose]();
      await site.cloudServer[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function wordsOf(
  world: World,
  kube: Kube,
  cloud: Cloud,
): Omit<TestStack, 'kuryr' | 'settings' | typeof Symbol.asyncDispose> {
  return {
    world,
    kube,
    cloud,
    make: (manifest) => makeIn(kube, manifest),
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
