/**
 * The second half of a stack: Kubernetes on the machines of a site, and Kuryr between the two.
 */
import { KubernetesAccess } from '../access/kubernetes.ts';
import { StackError } from '../errors.ts';
import { writeKubeconfig } from './access-files.ts';
import { kubernetesVersionOf } from './axes.ts';
import type { Site } from './compose-site.ts';
import type { HealthSource } from './dataplane/data-plane.ts';
import type { Ground } from './ground.ts';
import { type Kubernetes, startKubernetes } from './kubernetes/index.ts';
import { Cloud } from './kuryr/api/cloud.ts';
import { Kube } from './kuryr/api/kube.ts';
import { type Kuryr, startKuryr } from './kuryr/kuryr.ts';
import { kuryrNamespace, kuryrObjects } from './kuryr/objects/manifests.ts';
import { type PodMutator, podMutator } from './kuryr/pod-mutator.ts';
import { type KuryrSettings, settingsFor } from './kuryr/settings.ts';
import { deployOperators, installOpenShift } from './openshift/install.ts';
import type { Cni } from './seams.ts';
import { addresses } from './site-addresses.ts';
import type { StoppablePart, WayBack } from '../stack.ts';

interface Access {
  readonly url: string;
  /** The administrator's. */
  readonly token: string;
  readonly kubeconfigPath: string;
}

/** A cluster whose pods have a network. */
export interface Cluster extends Access {
  readonly kuryr: Kuryr;
  readonly kubernetes: Pick<Kubernetes, 'startApi' | 'stopApi'>;
}

/** Starts Kubernetes and Kuryr on a prepared cloud. */
export async function startCluster(ground: Ground, site: Site): Promise<Cluster> {
  const { folder, tls, world, disposals } = ground;
  const token = world.random('kubernetes admin').hex(40);
  const late: { cni?: Cni } = {};
  const changed = await podChangeOf(ground, site);
  const kubernetes = disposals.use(
    await startKubernetes(world, {
      tls,
      tokens: { [token]: { username: 'kubernetes-admin', groups: ['system:masters'] } },
      dataPlane: site.dataPlane,
      nodes: site.machines.workers.map(({ name, address, netns }) => ({
        name,
        internalIp: address,
        netns,
      })),
      dns: { clusterIp: addresses.dnsService, domain: 'cluster.local' },
      serviceCidr: addresses.clusterIpCidr,
      advertise: { address: addresses.controlPlane, port: addresses.kubernetesPort },
      version: kubernetesVersionOf(world.axes),
      ...(changed === undefined
        ? {}
        : { changedPod: (pod) => changed(pod as never) as unknown as typeof pod }),
      cni: () => {
        if (late.cni !== undefined) return late.cni;
        throw new StackError('STACK_NOT_STARTED', 'The CNI plugin is not there yet.');
      },
    }),
  );
  const { url } = kubernetes;
  const kubeconfigPath = await writeKubeconfig(folder, { server: url, ca: tls.ca, token });
  const access = { url, token, kubeconfigPath };
  const settings = settingsOf(ground, site);
  using kube = new Kube({ url, ca: tls.ca, token });
  const { cluster: kind } = world.axes;
  if (kind.kind === 'openshift') {
    await installOpenShift(kube, { release: kind.release, hasDnsWebhook: changed !== undefined });
  }
  await installKuryr(ground, access, settings);
  const kuryr = disposals.use(await kuryrOn(ground, { site, kubernetes, settings }));
  late.cni = kuryr.cni;
  site.dataPlane.setHealth(healthOf(kuryr));
  // What they are there for is to be many amphorae; with ovn they would cost time and show nothing.
  if (kind.kind === 'openshift' && world.axes.octavia === 'amphora') await deployOperators(kube);
  return { ...access, kuryr, kubernetes };
}

/** Ends a part, on every node where it runs; the way back starts it. */
export async function stopped(
  { cloud, cluster }: { readonly cloud: Site['cloud']; readonly cluster: Cluster },
  part: StoppablePart,
): Promise<WayBack> {
  const { kubernetes, kuryr } = cluster;
  if (part === 'kubernetes') {
    await kubernetes.stopApi();
    return () => kubernetes.startApi();
  }
  if (part === 'keystone' || part === 'neutron' || part === 'octavia') {
    const back = cloud.stop(part);
    return () => {
      back();
      return Promise.resolve();
    };
  }
  const { controller, daemons } = kuryr;
  const programs = part === 'kuryr-controller' ? [controller] : [...daemons.values()];
  for (const program of programs) program.stop();
  return async () => {
    await Promise.all(programs.map((program) => program.start()));
  };
}

/** What the pods of Kuryr's programs answer to their probes. */
function healthOf({ healthUrl, daemons }: Kuryr): HealthSource {
  return {
    status: async ({ part, node, path }) => {
      if (part === 'controller') return (await fetch(`${healthUrl}${path}`)).status;
      return daemons.get(node)?.isRunning === true ? 200 : 500;
    },
  };
}

/** OpenShift's operator looks at Octavia before it decides whether to deploy its webhook. */
async function podChangeOf({ world }: Ground, site: Site): Promise<PodMutator | undefined> {
  if (world.axes.cluster.kind !== 'openshift') return undefined;
  const { cloudsYamlPath, kuryrCloudName } = site;
  const cloud = await Cloud.open({ cloudsYamlPath, cloudName: kuryrCloudName });
  return podMutator(world, await cloud.octaviaVersion());
}

function settingsOf({ world, profile, fittings }: Ground, { facts }: Site): KuryrSettings {
  const { portPool } = profile;
  const settings = settingsFor(world.axes, {
    project: facts.project,
    pod_router: facts.router,
    pod_subnet_pool: facts.subnetPool,
    pod_subnet: facts.podSubnet,
    service_subnet: facts.serviceSubnet,
    pod_security_groups: [facts.allowAllGroup],
    external_svc_net: facts.externalNetwork,
    external_svc_subnet: facts.externalSubnet,
    resource_tags: [profile.layout.resourceTag],
    worker_nodes_subnets: [facts.nodesSubnet],
  });
  if (portPool === undefined) return fittings.settings(settings);
  return fittings.settings({
    ...settings,
    vif_pool_driver: world.axes.podMode === 'nested-vlan' ? 'nested' : 'neutron',
    ports_pool_min: portPool.min,
    ports_pool_batch: portPool.batch,
    // 20 s in reality.
    ports_pool_update_frequency: 1,
  });
}

/** The typed client would drop the fields of schemas that it does not know. */
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function installKuryr(
  { world, tls }: Ground,
  { kubeconfigPath, url, token }: Access,
  settings: KuryrSettings,
): Promise<void> {
  using access = await KubernetesAccess.open(kubeconfigPath);
  using raw = new Kube({ url, ca: tls.ca, token });
  for (const object of kuryrObjects(world.axes, settings)) {
    if (object.kind === 'CustomResourceDefinition') {
      await raw.send({ method: 'POST', path: definitions, body: object });
    } else {
      await access.call(`Making the ${object.kind} ${object.metadata.name}`, ({ objects }) =>
        objects.create(object),
      );
    }
  }
}

async function kuryrOn(
  { world, tls }: Ground,
  parts: { readonly site: Site; readonly kubernetes: Kubernetes; readonly settings: KuryrSettings },
): ReturnType<typeof startKuryr> {
  const { site, kubernetes, settings } = parts;
  const namespace = kuryrNamespace(world.axes);
  return startKuryr(world, {
    kubernetes: {
      url: kubernetes.url,
      ca: tls.ca,
      token: kubernetes.tokenOf(namespace, 'kuryr-controller'),
    },
    cloud: { cloudsYamlPath: site.cloudsYamlPath, cloudName: site.kuryrCloudName },
    settings,
    nodes: site.machines.workers.map(({ name, netns }) => ({ name, netns })),
  });
}
