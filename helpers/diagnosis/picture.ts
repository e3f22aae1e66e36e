/**
 * A picture of what Kubernetes, Kuryr and OpenStack hold for the namespaces of a scenario, taken once after
 * its failure, so that the links of the chain can be compared with each other.
 */
import type { V1Endpoints, V1NetworkPolicy, V1Pod, V1Service } from '@kubernetes/client-node';
import type { Profile } from '#env';
import { deadlineIn } from '../deadline.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { namesOf } from '../cloud/kuryr-names.ts';
import type {
  NeutronFloatingIp,
  NeutronNetwork,
  NeutronPort,
  NeutronSecurityGroup,
  NeutronSubnet,
  NeutronTrunk,
} from '../cloud/neutron-forms.ts';
import type {
  OctaviaAmphora,
  OctaviaListener,
  OctaviaLoadBalancer,
  OctaviaMember,
  OctaviaPool,
} from '../cloud/octavia-forms.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type {
  KuryrNetworkPolicyView,
  KuryrNetworkView,
  KuryrPortView,
} from '../cluster/kuryr-views.ts';

/** The two sides of a stack, and what its profile says of it. */
export interface Sides {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly profile: Profile;
}

/** A namespace by name and uid. */
export interface NamespaceIdentity {
  readonly name: string;
  readonly uid: string;
}

/** A pod with its record. */
export interface PicturedPod {
  readonly pod: V1Pod;
  readonly record: KuryrPortView | undefined;
}

/** A policy with its record and its group. */
export interface PicturedPolicy {
  readonly policy: V1NetworkPolicy;
  readonly record: KuryrNetworkPolicyView | undefined;
  readonly group: NeutronSecurityGroup | undefined;
}

/** A service with its load balancer. */
export interface PicturedService {
  readonly service: V1Service;
  readonly endpoints: V1Endpoints | undefined;
  readonly balancer: OctaviaLoadBalancer | undefined;
  readonly listeners: readonly OctaviaListener[];
  readonly pools: readonly { readonly pool: OctaviaPool; readonly members: OctaviaMember[] }[];
  readonly floatingIps: readonly NeutronFloatingIp[];
}

/** All that one namespace has. */
export interface NamespacePicture {
  readonly name: string;
  readonly record: KuryrNetworkView | undefined;
  readonly networks: readonly NeutronNetwork[];
  readonly subnets: readonly NeutronSubnet[];
  /** All ports of its networks. */
  readonly ports: readonly NeutronPort[];
  readonly pods: readonly PicturedPod[];
  readonly policies: readonly PicturedPolicy[];
  readonly services: readonly PicturedService[];
}

/** What all namespaces of a scenario have. */
export interface Picture {
  readonly profile: Profile;
  readonly namespaces: readonly NamespacePicture[];
  readonly trunks: readonly NeutronTrunk[];
  readonly amphorae: readonly OctaviaAmphora[];
}

const readMs = 20_000;

/** Takes the picture of some namespaces. */
export async function pictureOf(
  sides: Sides,
  namespaces: readonly NamespaceIdentity[],
): Promise<Picture> {
  const signal = deadlineIn(readMs);
  const [pictured, trunks, amphorae] = await Promise.all([
    Promise.all(namespaces.map((namespace) => namespacePicture(sides, namespace, signal))),
    sides.cloud.neutron.trunks({}, signal).catch(() => []),
    sides.cloud.octavia.amphorae({}, signal).catch(() => []),
  ]);
  return { profile: sides.profile, namespaces: pictured, trunks, amphorae };
}

async function namespacePicture(
  sides: Sides,
  namespace: NamespaceIdentity,
  signal: AbortSignal,
): Promise<NamespacePicture> {
  const { cluster, cloud } = sides;
  const { name } = namespace;
  const networks = await cloud.neutron.networks({ name: namesOf.networks(namespace) }, signal);
  const network_id = networks.map(({ id }) => id);
  const onNetworks = async <T>(list: () => Promise<T[]>): Promise<T[]> =>
    network_id.length === 0 ? [] : list();
  const [record, subnets, ports, pods, policies, services] = await Promise.all([
    cluster.kuryrNetworkOf(name).read(signal),
    onNetworks(() => cloud.neutron.subnets({ network_id }, signal)),
    onNetworks(() => cloud.neutron.ports({ network_id }, signal)),
    picturedPods(sides, name, signal),
    picturedPolicies(sides, name, signal),
    picturedServices(sides, name, signal),
  ]);
  return { name, record, networks, subnets, ports, pods, policies, services };
}

async function picturedPods(
  { cluster }: Sides,
  namespace: string,
  signal: AbortSignal,
): Promise<PicturedPod[]> {
  const pods = await cluster.pods(namespace, undefined, signal);
  const staying = pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  return Promise.all(
    staying.map(async (pod) => ({
      pod,
      record: await cluster.kuryrPortOf(namespace, pod.metadata?.name ?? '').read(signal),
    })),
  );
}

async function picturedPolicies(
  { cluster, cloud }: Sides,
  namespace: string,
  signal: AbortSignal,
): Promise<PicturedPolicy[]> {
  const { items } = await cluster.access.call(
    `Listing policies of namespace "${namespace}"`,
    ({ networking }) => networking.listNamespacedNetworkPolicy({ namespace }),
    signal,
  );
  const staying = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  return Promise.all(
    staying.map(async (policy) => {
      const name = policy.metadata?.name ?? '';
      const [record, group] = await Promise.all([
        cluster.kuryrNetworkPolicyOf(namespace, name).read(signal),
        cloud.securityGroupOf({ namespace, name }).read(signal),
      ]);
      return { policy, record, group };
    }),
  );
}

async function picturedServices(
  { cluster, cloud }: Sides,
  namespace: string,
  signal: AbortSignal,
): Promise<PicturedService[]> {
  const { access } = cluster;
  const [services, endpoints, balancers] = await Promise.all([
    access.call(
      `Listing services of namespace "${namespace}"`,
      ({ core }) => core.listNamespacedService({ namespace }),
      signal,
    ),
    access.call(
      `Listing endpoints of namespace "${namespace}"`,
      ({ core }) => core.listNamespacedEndpoints({ namespace }),
      signal,
    ),
    cloud.octavia.loadBalancers({}, signal),
  ]);
  const staying = services.items.filter(
    ({ metadata }) => metadata?.deletionTimestamp === undefined,
  );
  return Promise.all(
    staying.map(async (service) => {
      const name = service.metadata?.name ?? '';
      const own = namesOf.loadBalancer({ namespace, name });
      return {
        service,
        endpoints: endpoints.items.find(({ metadata }) => metadata?.name === name),
        ...(await balancerParts(
          cloud,
          balancers.find((balancer) => balancer.name === own),
          signal,
        )),
      };
    }),
  );
}

async function balancerParts(
  cloud: Cloud,
  balancer: OctaviaLoadBalancer | undefined,
  signal: AbortSignal,
): Promise<Omit<PicturedService, 'service' | 'endpoints'>> {
  if (balancer === undefined) return { balancer, listeners: [], pools: [], floatingIps: [] };
  const below = { loadbalancer_id: balancer.id };
  const { vip_port_id: port_id } = balancer;
  const [listeners, pools, floatingIps] = await Promise.all([
    cloud.octavia.listeners(below, signal),
    cloud.octavia.pools(below, signal),
    port_id === undefined ? [] : cloud.neutron.floatingIps({ port_id }, signal),
  ]);
  const filled = await Promise.all(
    pools.map(async (pool) => ({ pool, members: await cloud.octavia.members(pool.id, signal) })),
  );
  return { balancer, listeners, pools: filled, floatingIps };
}
