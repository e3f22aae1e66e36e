/**
 * The amphora driver's hand in Neutron and Nova: a server for each load balancer, its port beside the
 * VIP's, the security group "lb-<id>" of Octavia's own project whose rules follow the listeners, and a
 * port on every other network that members are on (octavia/network/drivers/neutron).
 */
import { addRule, deleteGroup, makeGroup } from '../neutron/groups.ts';
import { type Plugin, serviceCaller } from '../neutron/plugin.ts';
import { changePort, makePort, removePort } from '../neutron/ports.ts';
import type { Network, Port, SecurityGroup, SecurityGroupRule } from '../neutron/rows.ts';
import type { Amphora, Listener, LoadBalancer } from './rows.ts';

/** Where amphorae run and what they are made of. */
export interface AmphoraPlace {
  readonly serviceProject: string;
  readonly serviceUser: string;
  /** Absent where no provider makes amphorae. */
  readonly managementNetwork: Network | undefined;
  readonly host: string;
  /** How many amphorae the hosts have room for. */
  readonly capacity: number;
  readonly imageId: string;
  readonly flavorId: string;
}

/** The port by which amphorae synchronise, which Octavia opens for each listener. */
const peerPort = 1025;

/** Makes and removes amphorae. */
export class AmphoraDriver {
  readonly #neutron: Plugin;
  readonly #place: AmphoraPlace;

  constructor(neutron: Plugin, place: AmphoraPlace) {
    this.#neutron = neutron;
    this.#place = place;
  }

  /** Starts to boot the server of a new load balancer; false when no host has room for it. */
  boot(balancer: LoadBalancer): boolean {
    const { state } = this.#neutron;
    const { host, serviceProject, serviceUser, managementNetwork } = this.#place;
    if (managementNetwork === undefined || state.servers.size >= this.#place.capacity) return false;
    const id = state.newId();
    const serverId = state.newId();
    const port = makePort(this.#neutron, {
      network: managementNetwork,
      projectId: serviceProject,
      device_id: serverId,
      device_owner: 'compute:nova',
      host,
    });
    const address = port.fixed_ips[0]?.ip_address ?? '';
    state.servers.insert({
      id: serverId,
      name: `amphora-${id}`,
      tenant_id: serviceProject,
      user_id: serviceUser,
      status: 'BUILD',
      host,
      created: `${state.world.now()}Z`,
      networkName: managementNetwork.name,
      address,
      mac: port.mac_address,
      ramMb: 1024,
      vcpus: 1,
    });
    state.amphorae.insert(this.#row(balancer, { id, serverId, address }));
    return true;
  }

  #row(
    balancer: LoadBalancer,
    {
      id,
      serverId,
      address,
    }: { readonly id: string; readonly serverId: string; readonly address: string },
  ): Amphora {
    const now = this.#neutron.state.world.now();
    return {
      id,
      loadbalancer_id: balancer.id,
      compute_id: serverId,
      lb_network_ip: address,
      vrrp_ip: '',
      ha_ip: balancer.vip_address,
      vrrp_port_id: '',
      ha_port_id: balancer.vip_port_id,
      cert_expiration: now,
      cert_busy: false,
      role: 'STANDALONE',
      status: 'BOOTING',
      vrrp_interface: null,
      vrrp_id: 1,
      vrrp_priority: null,
      cached_zone: 'nova',
      created_at: now,
      updated_at: now,
      image_id: this.#place.imageId,
      compute_flavor: this.#place.flavorId,
    };
  }

  /** The server is up: plugs the VIP. */
  ready(balancerId: string): void {
    const { state } = this.#neutron;
    const balancer = state.loadBalancers.get(balancerId);
    const amphora = this.#amphoraOf(balancerId);
    const network = state.networks.get(balancer?.vip_network_id ?? '');
    if (balancer === undefined || amphora === undefined || network === undefined) return;
    const group = this.#makeGroup(balancerId);
    const port = makePort(this.#neutron, {
      network,
      projectId: this.#place.serviceProject,
      name: `octavia-lb-vrrp-${amphora.id}`,
      device_id: amphora.compute_id,
      device_owner: 'compute:nova',
      fixed_ips: [{ subnet_id: balancer.vip_subnet_id }],
      security_groups: [group.id],
      allowed_address_pairs: [{ ip_address: balancer.vip_address }],
      host: this.#place.host,
    });
    const vip = state.ports.get(balancer.vip_port_id);
    if (vip !== undefined) changePort(this.#neutron, vip, { security_groups: [group.id] });
    state.servers.update(amphora.compute_id, { status: 'ACTIVE' });
    state.amphorae.update(amphora.id, {
      status: 'ALLOCATED',
      vrrp_ip: port.fixed_ips[0]?.ip_address ?? '',
      vrrp_port_id: port.id,
      vrrp_interface: 'eth1',
      updated_at: state.world.now(),
    });
  }

  #makeGroup(balancerId: string): SecurityGroup {
    const caller = serviceCaller(this.#place.serviceProject);
    return makeGroup(this.#neutron, { name: `lb-${balancerId}` }, caller);
  }

  #amphoraOf(balancerId: string): Amphora | undefined {
    return this.#neutron.state.amphorae
      .all()
      .find(({ loadbalancer_id }) => loadbalancer_id === balancerId);
  }

  #groupOf(balancerId: string): SecurityGroup | undefined {
    return this.#neutron.state.groups.all().find(({ name }) => name === `lb-${balancerId}`);
  }

  /** Brings the group's rules and the amphora's ports to what listeners and members say. */
  follow(balancerId: string): void {
    this.#followListeners(balancerId);
    this.#followMembers(balancerId);
  }

  #followListeners(balancerId: string): void {
    const { state } = this.#neutron;
    const group = this.#groupOf(balancerId);
    const vip = state.loadBalancers.get(balancerId)?.vip_address ?? '';
    if (group === undefined) return;
    const ethertype = vip.includes(':') ? 'IPv6' : 'IPv4';
    const wanted = new Set(
      state.listeners
        .all()
        .filter(({ loadbalancer_id }) => loadbalancer_id === balancerId)
        .flatMap(openings),
    );
    const rules = state.rules
      .all()
      .filter(
        ({ security_group_id, direction }) =>
          security_group_id === group.id && direction === 'ingress',
      );
    for (const rule of rules) {
      if (!wanted.delete(openingOf(rule))) state.rules.remove(rule.id);
    }
    for (const opening of wanted) addRule(this.#neutron, group, { ...ruleOf(opening), ethertype });
  }

  /** Members of a subnet elsewhere are reached by a port of the amphora on their network. */
  #followMembers(balancerId: string): void {
    const { state } = this.#neutron;
    const amphora = this.#amphoraOf(balancerId);
    const balancer = state.loadBalancers.get(balancerId);
    if (amphora === undefined || balancer === undefined) return;
    const wanted = new Map(
      state.members
        .all()
        .filter(({ pool_id }) => state.pools.get(pool_id)?.loadbalancer_id === balancerId)
        .flatMap(({ subnet_id }) => state.subnets.get(subnet_id ?? '') ?? [])
        .map(({ network_id, id }) => [network_id, id] as const),
    );
    wanted.delete(balancer.vip_network_id);
    for (const port of this.#memberPorts(amphora)) {
      if (!wanted.delete(port.network_id)) removePort(this.#neutron, port);
    }
    for (const [networkId, subnetId] of wanted) {
      const network = state.networks.get(networkId);
      if (network === undefined) continue;
      makePort(this.#neutron, {
        network,
        projectId: this.#place.serviceProject,
        name: `octavia-lb-member-${amphora.id}`,
        device_id: amphora.compute_id,
        device_owner: 'compute:nova',
        fixed_ips: [{ subnet_id: subnetId }],
        host: this.#place.host,
      });
    }
  }

  #memberPorts(amphora: Amphora): Port[] {
    return this.#neutron.state.ports
      .all()
      .filter(
        ({ device_id, name }) =>
          device_id === amphora.compute_id && name === `octavia-lb-member-${amphora.id}`,
      );
  }

  /** Takes everything away that was made for a load balancer. */
  remove(balancerId: string): void {
    const { state } = this.#neutron;
    const amphora = this.#amphoraOf(balancerId);
    if (amphora !== undefined) {
      for (const port of state.ports.all()) {
        if (port.device_id === amphora.compute_id) removePort(this.#neutron, port);
      }
      state.servers.remove(amphora.compute_id);
      state.amphorae.remove(amphora.id);
    }
    const group = this.#groupOf(balancerId);
    if (group === undefined) return;
    for (const port of state.ports.all()) {
      if (port.security_groups.includes(group.id)) {
        state.ports.update(port.id, {
          security_groups: port.security_groups.filter((id) => id !== group.id),
        });
      }
    }
    deleteGroup(state, group.id);
  }
}

function openingOf({
  protocol,
  port_range_max: port,
  remote_ip_prefix: prefix,
}: SecurityGroupRule): string {
  return `${protocol ?? ''} ${port ?? 0} ${prefix ?? ''}`;
}

function ruleOf(
  opening: string,
): Pick<
  SecurityGroupRule,
  'direction' | 'protocol' | 'port_range_min' | 'port_range_max' | 'remote_ip_prefix'
> {
  const [protocol = '', text, prefix = ''] = opening.split(' ');
  const port = Number(text);
  return {
    direction: 'ingress',
    protocol,
    port_range_min: port,
    port_range_max: port,
    remote_ip_prefix: prefix === '' ? null : prefix,
  };
}

/** What a listener needs to be open, as "protocol port prefix". */
function openings(listener: Listener): string[] {
  const protocol = ['UDP', 'SCTP'].includes(listener.protocol)
    ? listener.protocol.toLowerCase()
    : 'tcp';
  const cidrs = listener.allowed_cidrs ?? [];
  const own = `${protocol} ${listener.protocol_port}`;
  return [
    ...(cidrs.length === 0 ? [`${own} `] : cidrs.map((cidr) => `${own} ${cidr}`)),
    `tcp ${peerPort} `,
  ];
}
