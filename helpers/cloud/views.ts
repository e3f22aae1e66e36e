/**
 * What scenarios see of Neutron and Octavia: a pod's port with its place on a trunk, a service's load
 * balancer with listeners, members and floating IP. Lists are sorted, so that expectations can name them.
 */
import type { NeutronFloatingIp, NeutronPort, NeutronTrunk } from './neutron-forms.ts';
import type {
  OctaviaListener,
  OctaviaLoadBalancer,
  OctaviaMember,
  OctaviaPool,
} from './octavia-forms.ts';

/** The place of a subport on its trunk. */
export interface TrunkPlace {
  readonly id: string;
  readonly status: string;
  readonly parentPortId: string;
  /** The first address of the parent port, which is the node's. */
  readonly parentIp: string | undefined;
  readonly segmentationType: string;
  readonly segmentationId: number;
}

/** A Neutron port. */
export interface PortView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly isAdminUp: boolean;
  readonly tags: readonly string[];
  readonly projectId: string | undefined;
  readonly networkId: string;
  /** The subnet of the first address. */
  readonly subnetId: string | undefined;
  readonly fixedIps: readonly string[];
  readonly macAddress: string;
  readonly deviceOwner: string;
  readonly deviceId: string;
  readonly hostId: string | undefined;
  readonly vifType: string | undefined;
  readonly securityGroupIds: readonly string[];
  readonly isPortSecurityEnabled: boolean | undefined;
  /** Undefined when the port is no subport. */
  readonly trunk: TrunkPlace | undefined;
}

/** A listener of a load balancer. */
export interface ListenerView {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly provisioningStatus: string;
  readonly operatingStatus: string;
  readonly poolId: string | undefined;
  readonly allowedCidrs: readonly string[];
  /** Of idle connections, in milliseconds. */
  readonly timeouts: { readonly client: number | undefined; readonly member: number | undefined };
}

/** A pool of a load balancer; members are written address:port. */
export interface PoolView {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly algorithm: string;
  /** The type of its session persistence; undefined when it has none. */
  readonly persistence: string | undefined;
  readonly provisioningStatus: string;
  readonly listenerIds: readonly string[];
  readonly members: readonly string[];
  /** The provisioning statuses that occur among its members, sorted. */
  readonly memberStatuses: readonly string[];
}

/** A load balancer with everything below it. */
export interface LoadBalancerView {
  readonly id: string;
  readonly name: string;
  readonly provider: string | undefined;
  readonly provisioningStatus: string;
  readonly operatingStatus: string;
  readonly tags: readonly string[];
  readonly projectId: string | undefined;
  readonly vipAddress: string;
  readonly vipPortId: string | undefined;
  readonly vipSubnetId: string | undefined;
  readonly availabilityZone: string | undefined;
  /** By port, then by protocol. */
  readonly listeners: readonly ListenerView[];
  /** By name. */
  readonly pools: readonly PoolView[];
  /** Every member of any pool once, written address:port. */
  readonly members: readonly string[];
  readonly floatingIp: string | undefined;
}

/** Shows a port and its place on one of the trunks. */
export function portViewOf(
  port: NeutronPort,
  place?: { readonly trunk: NeutronTrunk; readonly parent: NeutronPort | undefined },
): PortView {
  return {
    id: port.id,
    name: port.name,
    status: port.status,
    isAdminUp: port.admin_state_up,
    tags: port.tags,
    projectId: port.project_id,
    networkId: port.network_id,
    subnetId: port.fixed_ips[0]?.subnet_id,
    fixedIps: port.fixed_ips.map(({ ip_address }) => ip_address),
    macAddress: port.mac_address,
    deviceOwner: port.device_owner,
    deviceId: port.device_id,
    hostId: port['binding:host_id'],
    vifType: port['binding:vif_type'],
    securityGroupIds: port.security_groups.toSorted(),
    isPortSecurityEnabled: port.port_security_enabled,
    trunk: place === undefined ? undefined : trunkPlaceOf(port, place.trunk, place.parent),
  };
}

function trunkPlaceOf(
  port: NeutronPort,
  trunk: NeutronTrunk,
  parent: NeutronPort | undefined,
): TrunkPlace | undefined {
  const subport = trunk.sub_ports.find(({ port_id }) => port_id === port.id);
  return subport === undefined
    ? undefined
    : {
        id: trunk.id,
        status: trunk.status,
        parentPortId: trunk.port_id,
        parentIp: parent?.fixed_ips[0]?.ip_address,
        segmentationType: subport.segmentation_type,
        segmentationId: subport.segmentation_id,
      };
}

/** The parts that a load balancer's view is made of. */
export interface LoadBalancerParts {
  readonly listeners: readonly OctaviaListener[];
  readonly pools: readonly {
    readonly pool: OctaviaPool;
    readonly members: readonly OctaviaMember[];
  }[];
  readonly floatingIps: readonly NeutronFloatingIp[];
}

/** Shows a load balancer with everything below it. */
export function loadBalancerViewOf(
  balancer: OctaviaLoadBalancer,
  parts: LoadBalancerParts,
): LoadBalancerView {
  const pools = parts.pools.map(({ pool, members }) => poolViewOf(pool, members));
  return {
    id: balancer.id,
    name: balancer.name,
    provider: balancer.provider,
    provisioningStatus: balancer.provisioning_status,
    operatingStatus: balancer.operating_status,
    tags: balancer.tags,
    projectId: balancer.project_id,
    vipAddress: balancer.vip_address,
    vipPortId: balancer.vip_port_id,
    vipSubnetId: balancer.vip_subnet_id,
    availabilityZone: balancer.availability_zone,
    listeners: parts.listeners
      .map(listenerViewOf)
      .sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol)),
    pools: pools.sort((a, b) => a.name.localeCompare(b.name)),
    members: [...new Set(pools.flatMap(({ members }) => members))].sort(),
    floatingIp: parts.floatingIps[0]?.floating_ip_address,
  };
}

/** Says in a few words how a load balancer is doing. */
export function describeLoadBalancer(view: LoadBalancerView | undefined): string {
  return view === undefined
    ? 'not there'
    : `${view.provisioningStatus}, ${view.listeners.length} listeners, ${view.members.length} members`;
}

/** Says in a few words how a port is doing. */
export function describePort(view: PortView | undefined): string {
  if (view === undefined) {
    return 'not there';
  }
  const place =
    view.trunk === undefined ? '' : `, VLAN ${view.trunk.segmentationId} of trunk ${view.trunk.id}`;
  return `${view.status}, owner "${view.deviceOwner}"${place}`;
}

function listenerViewOf(listener: OctaviaListener): ListenerView {
  return {
    id: listener.id,
    name: listener.name,
    protocol: listener.protocol,
    port: listener.protocol_port,
    provisioningStatus: listener.provisioning_status,
    operatingStatus: listener.operating_status,
    poolId: listener.default_pool_id,
    allowedCidrs: (listener.allowed_cidrs ?? []).toSorted(),
    timeouts: {
      client: listener.timeout_client_data ?? undefined,
      member: listener.timeout_member_data ?? undefined,
    },
  };
}

function poolViewOf(pool: OctaviaPool, members: readonly OctaviaMember[]): PoolView {
  return {
    id: pool.id,
    name: pool.name,
    protocol: pool.protocol,
    algorithm: pool.lb_algorithm,
    persistence: pool.session_persistence?.type,
    provisioningStatus: pool.provisioning_status,
    listenerIds: pool.listeners.map(({ id }) => id).sort(),
    members: members.map(addressOf).sort(),
    memberStatuses: [...new Set(members.map((member) => member.provisioning_status))].sort(),
  };
}

function addressOf(member: OctaviaMember): string {
  const host = member.address.includes(':') ? `[${member.address}]` : member.address;
  return `${host}:${member.protocol_port}`;
}
