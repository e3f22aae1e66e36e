/**
 * Composes the simulated Kubernetes: store, API server, controllers, scheduler and kubelets.
 */
import { setMaxListeners } from 'node:events';
import type { World } from '../world.ts';
import { podAdditions } from './admission/accounts.ts';
import { ServiceAddresses } from './admission/addresses.ts';
import { addressAt, cidrOf } from './admission/cidr.ts';
import { namespaceAdmission } from './admission/namespaces.ts';
import { podSecurity } from './admission/pod-security.ts';
import { podWebhook } from './admission/webhook.ts';
import { Routes } from './api/routes.ts';
import { ApiServer } from './api/server.ts';
import { Tokens } from './api/tokens.ts';
import { Api } from './api/verbs.ts';
import { startDaemonSets } from './controllers/daemon-sets.ts';
import { startDefinitions } from './controllers/definitions.ts';
import { startDeployments } from './controllers/deployments.ts';
import { startEndpoints } from './controllers/endpoints.ts';
import { Recorder } from './controllers/events.ts';
import { GarbageCollector } from './controllers/garbage.ts';
import { startJobs } from './controllers/jobs.ts';
import type { Ground } from './controllers/loop.ts';
import { startNamespaces } from './controllers/namespaces.ts';
import { startNodes } from './controllers/nodes.ts';
import { startReplicaSets } from './controllers/replica-sets.ts';
import { startTokenSecrets } from './controllers/secrets.ts';
import { builtinKinds } from './kinds/builtin.ts';
import { Kinds } from './kinds/registry.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import type { Endpoints } from './objects.ts';
import type { Kubernetes, KubernetesParts } from './parts.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { Store } from './store/store.ts';
import { Containers } from './streams/containers.ts';
import { serveLog } from './streams/logs.ts';
import { Upgrades } from './streams/upgrades.ts';

export type { Kubernetes, KubernetesParts } from './parts.ts';

const defaultVersion = '1.28.15';
const yearSeconds = 365 * 24 * 3_600;

/** Starts the API server, then everything that runs on it. */
export async function startKubernetes(world: World, parts: KubernetesParts): Promise<Kubernetes> {
  // Every controller, pod and probe ends with the stack.
  setMaxListeners(0, world.closing);
  const api = new Api(new Store(), new Kinds(builtinKinds()), world.random('kubernetes'));
  const ground: Ground = { world, api };
  const tokens = new Tokens(parts.tokens, world.seed);
  const version = parts.version ?? defaultVersion;
  admit(ground, parts);
  const kubelets = kubeletsOf(ground, { parts, tokens, version });
  const containers = new Containers(kubelets);
  const routes = new Routes({
    ...{ world, api, tokens, version },
    logs: (resource, response) => {
      serveLog({ api, containers }, resource, response);
    },
    address: () => `127.0.0.1:${server.port}`,
  });
  const upgrades = new Upgrades({ api, containers, dataPlane: parts.dataPlane });
  const server: ApiServer = new ApiServer({
    ...{ world, tokens, tls: parts.tls },
    dispatch: (asked, response) => routes.dispatch(asked, response),
    upgrade: (asked, request, stream) => {
      upgrades.take(asked, request, stream);
    },
  });
  await server.open();
  startControllers(ground, tokens, parts.tls.ca);
  furnish(ground, parts, server.port);
  for (const kubelet of kubelets.values()) kubelet.start();
  startScheduler(ground);
  return running({ ground, tokens, server, routes, kubelets });
}

interface Running {
  readonly ground: Ground;
  readonly tokens: Tokens;
  readonly server: ApiServer;
  readonly routes: Routes;
  readonly kubelets: ReadonlyMap<string, Kubelet>;
}

function running({ ground, tokens, server, routes, kubelets }: Running): Kubernetes {
  const { api } = ground;
  return {
    url: server.url,
    tokenOf: (namespace, account) => {
      const kind = api.kind('v1', 'ServiceAccount');
      const place = { namespace, name: account };
      const found = api.find(kind, place) ?? api.create(kind, { metadata: place });
      const { uid } = found.metadata;
      return tokens.issue({ namespace, account, uid, expiresInSeconds: yearSeconds });
    },
    stopApi: () => server.close(),
    startApi: () => server.open(),
    compact: () => {
      api.store.compact();
      routes.resources.compact();
    },
    stopKubelet: (node) => {
      kubelets.get(node)?.stop();
    },
    startKubelet: (node) => {
      kubelets.get(node)?.start();
    },
    [Symbol.asyncDispose]: async () => {
      for (const kubelet of kubelets.values()) kubelet.shutDown();
      await server.close();
    },
  };
}

function admit({ world, api }: Ground, parts: KubernetesParts): void {
  const cidr = serviceCidrOf(parts);
  api.admissions.push(
    namespaceAdmission(api),
    podAdditions(api),
    ...(parts.changedPod === undefined ? [] : [podWebhook(parts.changedPod)]),
    podSecurity(api),
    new ServiceAddresses(api, world.random('service addresses'), cidr),
  );
}

interface KubeletParts {
  readonly parts: KubernetesParts;
  readonly tokens: Tokens;
  readonly version: string;
}

function kubeletsOf(
  ground: Ground,
  { parts, tokens, version }: KubeletParts,
): Map<string, Kubelet> {
  const { dataPlane, dns, nodeResolvers = [] } = parts;
  return new Map(
    parts.nodes.map((part) => {
      const own = {
        ...ground,
        ...{ part, tokens, dataPlane, node: part.name },
        cni: () => parts.cni(),
        dns: { ...dns, nodeResolvers },
        random: ground.world.random(`kubelet ${part.name}`),
        recorder: new Recorder(ground, 'kubelet', part.name),
      };
      return [part.name, new Kubelet(own, version)];
    }),
  );
}

function startControllers(ground: Ground, tokens: Tokens, authority: string): void {
  const collector = new GarbageCollector(ground);
  const followNamespaced = startNamespaces(ground, authority);
  startDefinitions(ground, (kind) => {
    collector.follow(kind);
    followNamespaced(kind);
  });
  startTokenSecrets(ground, tokens, authority);
  startReplicaSets(ground);
  startDeployments(ground);
  startDaemonSets(ground);
  startJobs(ground);
  startEndpoints(ground);
  startNodes(ground);
}

function serviceCidrOf({ serviceCidr, dns }: KubernetesParts): string {
  return serviceCidr ?? `${dns.clusterIp.split('.').slice(0, 2).join('.')}.0.0/16`;
}

/** What every cluster has from the start. */
function furnish({ api }: Ground, parts: KubernetesParts, port: number): void {
  const first = addressAt(cidrOf(serviceCidrOf(parts)), 1);
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    api.create(api.kind('v1', 'Namespace'), { metadata: { name } });
  }
  const metadata = {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  };
  api.create(api.kind('v1', 'Service'), {
    metadata,
    spec: {
      type: 'ClusterIP',
      clusterIP: first,
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  });
  const { address, port: advertised } = parts.advertise ?? { address: '127.0.0.1', port };
  const endpoints: Partial<Endpoints> = {
    subsets: [
      {
        addresses: [{ ip: address }],
        ports: [{ name: 'https', port: advertised, protocol: 'TCP' }],
      },
    ],
  };
  const draft = { metadata: { ...metadata }, ...endpoints };
  if (parts.advertise !== undefined) api.create(api.kind('v1', 'Endpoints'), draft);
}
