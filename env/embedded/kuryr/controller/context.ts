/**
 * What all handlers of the controller share: settings, both APIs, the copies of what is watched, and the
 * facts of the cloud that are read once.
 */
import type { World } from '../../world.ts';
import type { Cloud, Network, Subnet } from '../api/cloud.ts';
import { Informer } from '../api/informer.ts';
import type { Kube } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { Namespace, Pod, Resource, ResourceKind } from '../api/resources.ts';
import type { VifPlace } from '../api/vif.ts';
import { annotations } from '../marks.ts';
import { NotReady } from '../queue.ts';
import type { ApiVersion, Deviations, Release } from '../release.ts';
import type { KuryrSettings } from '../settings.ts';
import type { Events } from './events.ts';

/** The copies of what the controller watches. */
export interface Caches {
  readonly pods: Informer<Pod>;
  readonly namespaces: Informer<Namespace>;
  readonly nodes: InformerOf<'nodes'>;
  readonly services: InformerOf<'services'>;
  readonly endpoints: InformerOf<'endpoints'>;
  readonly policies: InformerOf<'policies'>;
  readonly kuryrPorts: InformerOf<'kuryrPorts'>;
  readonly kuryrNetworks: InformerOf<'kuryrNetworks'>;
  readonly kuryrPolicies: InformerOf<'kuryrPolicies'>;
  readonly kuryrBalancers: InformerOf<'kuryrBalancers'>;
  readonly kuryrNets: InformerOf<'kuryrNets'>;
  readonly kuryrNetPolicies: InformerOf<'kuryrNetPolicies'>;
}

type Kinds = typeof kinds;
type SampleOf<K> = K extends ResourceKind<infer T> ? T : never;
type InformerOf<K extends keyof Kinds> = Informer<SampleOf<Kinds[K]>>;

/** What of the cloud does not change while Kuryr runs. */
export interface CloudFacts {
  readonly octaviaApi: ApiVersion;
  /** Whether ports are tagged by the request that makes them. */
  readonly tagsOnCreation: boolean;
  readonly serviceSubnet: Subnet;
  readonly workerSubnets: readonly Subnet[];
  readonly podCidrs: readonly string[];
  readonly podIpVersion: number;
}

/** What all handlers share. */
export interface Context {
  readonly world: World;
  readonly release: Release;
  readonly deviations: Deviations;
  readonly settings: KuryrSettings;
  readonly kube: Kube;
  readonly cloud: Cloud;
  readonly facts: CloudFacts;
  readonly caches: Caches;
  readonly events: Events;
  readonly places: Places;
  readonly signal: AbortSignal;
}

/** Makes the copies; only those whose kind the release has are started. */
export function cachesOf(options: Omit<Parameters<typeof informerOf>[1], 'selector'>): Caches {
  return {
    pods: informerOf(kinds.pods, options),
    namespaces: informerOf(kinds.namespaces, options),
    nodes: informerOf(kinds.nodes, options),
    services: informerOf(kinds.services, options),
    endpoints: informerOf(kinds.endpoints, options),
    policies: informerOf(kinds.policies, options),
    kuryrPorts: informerOf(kinds.kuryrPorts, options),
    kuryrNetworks: informerOf(kinds.kuryrNetworks, options),
    kuryrPolicies: informerOf(kinds.kuryrPolicies, options),
    kuryrBalancers: informerOf(kinds.kuryrBalancers, options),
    kuryrNets: informerOf(kinds.kuryrNets, options),
    kuryrNetPolicies: informerOf(kinds.kuryrNetPolicies, options),
  };
}

function informerOf<T extends Resource>(
  kind: ResourceKind<T>,
  options: ConstructorParameters<typeof Informer<T>>[1],
): Informer<T> {
  return new Informer(kind, options);
}

/** The copies that a release keeps. */
export function watchedBy(release: Release, caches: Caches): readonly Informer<never>[] {
  const always = [caches.pods, caches.namespaces, caches.nodes, caches.services, caches.endpoints];
  const records = [
    ...(release.podRecord === 'KuryrPort' ? [caches.kuryrPorts] : []),
    ...(release.networkRecord === 'KuryrNetwork' ? [caches.kuryrNetworks] : []),
    ...(release.networkRecord === 'KuryrNet' ? [caches.kuryrNets] : []),
    ...(release.policyRecord === 'none' ? [] : [caches.policies]),
    ...(release.policyRecord === 'KuryrNetworkPolicy' ? [caches.kuryrPolicies] : []),
    ...(release.policyRecord === 'KuryrNetPolicy' ? [caches.kuryrNetPolicies] : []),
    ...(release.balancerRecord === 'KuryrLoadBalancer' ? [caches.kuryrBalancers] : []),
  ];
  return [...always, ...records] as unknown as Informer<never>[];
}

/** Reads the facts of the cloud. */
export async function cloudFacts(cloud: Cloud, settings: KuryrSettings): Promise<CloudFacts> {
  const subnet = async (id: string): Promise<Subnet> => {
    const found = await cloud.get<Subnet>('subnets', id);
    if (found === undefined) throw new NotReady(`Subnet ${id} of kuryr.conf does not exist.`);
    return found;
  };
  const [octaviaApi, tagsOnCreation, serviceSubnet, workerSubnets, pool] = await Promise.all([
    cloud.octaviaVersion(),
    cloud.hasExtension('tag-ports-during-bulk-creation'),
    subnet(settings.service_subnet),
    Promise.all(settings.worker_nodes_subnets.map(subnet)),
    settings.pod_subnets_driver === 'namespace'
      ? cloud.get('subnetpools', settings.pod_subnet_pool)
      : undefined,
  ]);
  return {
    octaviaApi,
    tagsOnCreation,
    serviceSubnet,
    workerSubnets,
    podCidrs: (pool?.['prefixes'] as string[] | undefined) ?? [],
    podIpVersion: (pool?.['ip_version'] as number | undefined) ?? 4,
  };
}

/** Networks and subnets of interfaces, read once each. */
export class Places {
  readonly #cloud: Cloud;
  readonly #known = new Map<string, Promise<VifPlace>>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** The subnet with its network. */
  of(subnetId: string): Promise<VifPlace> {
    const known = this.#known.get(subnetId);
    if (known !== undefined) return known;
    const read = this.#read(subnetId);
    this.#known.set(subnetId, read);
    read.catch(() => this.#known.delete(subnetId));
    return read;
  }

  forget(subnetId: string): void {
    this.#known.delete(subnetId);
  }

  async #read(subnetId: string): Promise<VifPlace> {
    const subnet = await this.#cloud.get<Subnet>('subnets', subnetId);
    if (subnet === undefined) throw new NotReady(`Subnet ${subnetId} does not exist.`);
    const network = await this.#cloud.get<Network>('networks', subnet.network_id);
    if (network === undefined) throw new NotReady(`Network ${subnet.network_id} does not exist.`);
    return { subnet, network };
  }
}

/** The project that a namespace's objects are made in. */
export function projectOf(context: Context, namespace: string): string {
  const { settings, release, caches } = context;
  const named =
    release.hasProjectAnnotation && settings.project_driver === 'annotation'
      ? caches.namespaces.get(namespace)?.metadata.annotations?.[annotations.project]
      : undefined;
  return named ?? settings.project;
}

/** Whether policies are turned into security groups. */
export function hasPolicies({ settings, release }: Context): boolean {
  return (
    release.policyRecord !== 'none' &&
    settings.security_groups_driver === 'policy' &&
    settings.enabled_handlers.includes('policy')
  );
}
