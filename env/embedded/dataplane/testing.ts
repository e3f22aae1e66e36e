/**
 * A cloud for tests: rows of Neutron and Octavia in memory, with the few words to make them, and machines
 * that are plugged into its ports.
 */
import type dgram from 'node:dgram';
import type dns from 'node:dns';
import { EventEmitter } from 'node:events';
import type http from 'node:http';
import type net from 'node:net';
import type {
  CloudView,
  FloatingIpRow,
  ListenerRow,
  LoadBalancerRow,
  MemberRow,
  Netns,
  NetworkRow,
  PoolRow,
  PortRow,
  RouterRow,
  SecurityGroupRow,
  SecurityGroupRuleRow,
  SubnetRow,
  TrunkRow,
} from '../seams.ts';
import { type Axes, World } from '../world.ts';
import { createDataPlane, type EmbeddedDataPlane, type NameSettings } from './data-plane.ts';
import { contains } from './packets/addresses.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const project_id = 'project';
const inForce = { admin_state_up: true, provisioning_status: 'ACTIVE' } as const;

const axes: Axes = {
  ...{ series: '2024.1', kuryr: '10.0', octavia: 'ovn', ml2: 'ovn', firewall: 'ovn' },
  ...{ podMode: 'nested-vlan', cluster: { kind: 'kind' }, workers: 2 },
};

/** Rows in memory. */
export class TestCloud implements CloudView {
  readonly changes = new EventEmitter<{ changed: [] }>();
  readonly rows = {
    networks: [] as Mutable<NetworkRow>[],
    subnets: [] as Mutable<SubnetRow>[],
    ports: [] as Mutable<PortRow>[],
    trunks: [] as Mutable<TrunkRow>[],
    groups: [] as Mutable<SecurityGroupRow>[],
    rules: [] as Mutable<SecurityGroupRuleRow>[],
    routers: [] as Mutable<RouterRow>[],
    floatingIps: [] as Mutable<FloatingIpRow>[],
    balancers: [] as Mutable<LoadBalancerRow>[],
    listeners: [] as Mutable<ListenerRow>[],
    pools: [] as Mutable<PoolRow>[],
    members: [] as Mutable<MemberRow>[],
  };
  #made = 0;

  networks = (): NetworkRow[] => this.rows.networks;
  subnets = (): SubnetRow[] => this.rows.subnets;
  ports = (): PortRow[] => this.rows.ports;
  trunks = (): TrunkRow[] => this.rows.trunks;
  securityGroups = (): SecurityGroupRow[] => this.rows.groups;
  securityGroupRules = (): SecurityGroupRuleRow[] => this.rows.rules;
  routers = (): RouterRow[] => this.rows.routers;
  floatingIps = (): FloatingIpRow[] => this.rows.floatingIps;
  loadBalancers = (): LoadBalancerRow[] => this.rows.balancers;
  listeners = (): ListenerRow[] => this.rows.listeners;
  pools = (): PoolRow[] => this.rows.pools;
  members = (): MemberRow[] => this.rows.members;

  port(id: string): PortRow | undefined {
    return this.rows.ports.find((port) => port.id === id);
  }

  changed(): void {
    this.changes.emit('changed');
  }

  network(name: string, cidr: string, extra: Partial<NetworkRow> = {}): Mutable<NetworkRow> {
    const network: NetworkRow = {
      ...{ id: name, project_id, name, mtu: 1_442, admin_state_up: true },
      ...{ port_security_enabled: true, 'router:external': false, ...extra },
    };
    const gateway_ip = cidr.replace(/\d+\/\d+$/, '1');
    this.rows.networks.push(network);
    this.rows.subnets.push({
      ...{ id: `${name}-subnet`, project_id, network_id: name, cidr, ip_version: 4, gateway_ip },
      ...{ enable_dhcp: false, host_routes: [] },
    });
    this.changed();
    return this.#last(this.rows.networks);
  }

  addPort(network: string, address: string, extra: Partial<PortRow> = {}): Mutable<PortRow> {
    const subnet = this.rows.subnets.find(({ network_id }) => network_id === network);
    const id = extra.id ?? `port-${(this.#made += 1)}`;
    this.rows.ports.push({
      ...{ id, project_id, name: '', network_id: network, device_id: '', device_owner: '' },
      mac_address: macOf(address),
      fixed_ips: [{ subnet_id: subnet?.id ?? '', ip_address: address }],
      ...{ status: 'ACTIVE', admin_state_up: true, port_security_enabled: true },
      ...{ security_groups: ['open'], allowed_address_pairs: [], 'binding:host_id': '' },
      ...extra,
    });
    this.changed();
    return this.#last(this.rows.ports);
  }

  /** A router with the first address of each network, and an address outside if it has a gateway. */
  router(id: string, networks: readonly string[], outside?: string): Mutable<RouterRow> {
    for (const network of networks) {
      const gateway = this.rows.subnets.find(
        ({ network_id }) => network_id === network,
      )?.gateway_ip;
      this.addPort(network, gateway ?? '', {
        ...{ device_id: id, device_owner: 'network:router_interface', security_groups: [] },
      });
    }
    const external_gateway_info =
      outside === undefined
        ? null
        : {
            ...{ network_id: 'public', enable_snat: true },
            external_fixed_ips: [{ subnet_id: 'public-subnet', ip_address: outside }],
          };
    this.rows.routers.push({
      ...{ id, project_id, admin_state_up: true, routes: [], external_gateway_info },
    });
    this.changed();
    return this.#last(this.rows.routers);
  }

  /** A security group with the given rules, each for IPv4 unless it says otherwise. */
  group(id: string, rules: readonly Partial<SecurityGroupRuleRow>[]): void {
    this.rows.groups.push({ id, project_id, name: id, stateful: true });
    for (const rule of rules) {
      this.rows.rules.push({
        ...{ id: `rule-${(this.#made += 1)}`, project_id, security_group_id: id },
        ...{ direction: 'ingress', ethertype: 'IPv4', protocol: null },
        ...{ port_range_min: null, port_range_max: null },
        ...{ remote_ip_prefix: null, remote_group_id: null, ...rule },
      });
    }
    this.changed();
  }

  floatingIp(address: string, port: PortRow | undefined, router: string): Mutable<FloatingIpRow> {
    this.rows.floatingIps.push({
      ...{ id: `fip-${address}`, project_id, floating_network_id: 'public' },
      floating_ip_address: address,
      fixed_ip_address: port?.fixed_ips[0]?.ip_address ?? null,
      ...{ port_id: port?.id ?? null, router_id: port === undefined ? null : router },
    });
    this.changed();
    return this.#last(this.rows.floatingIps);
  }

  /** A balancer with one listener and pool, and a member for each address and port. */
  balancer(vip: string, plan: BalancerPlan): MadeBalancer {
    const balancer =
      this.rows.balancers.find(({ vip_address }) => vip_address === vip) ??
      this.#balancer(vip, plan.provider);
    const { protocol = 'TCP', port = 80 } = plan;
    const key = `${vip}-${protocol}-${port}`;
    const owner = { project_id, loadbalancer_id: balancer.id, protocol };
    this.rows.pools.push({
      ...{ ...owner, ...inForce, id: `pool-${key}`, session_persistence: null },
      lb_algorithm: plan.provider === 'ovn' ? 'SOURCE_IP_PORT' : 'ROUND_ROBIN',
    });
    this.rows.listeners.push({
      ...{ ...owner, ...inForce, id: `listener-${key}`, protocol_port: port },
      ...{ default_pool_id: `pool-${key}`, allowed_cidrs: null },
    });
    for (const [address, protocol_port] of plan.members) {
      this.rows.members.push({
        ...{ ...inForce, id: `member-${key}-${address}`, project_id, pool_id: `pool-${key}` },
        ...{ address, protocol_port, weight: 1, operating_status: 'NO_MONITOR' },
        subnet_id: this.#subnetOf(address)?.id ?? null,
      });
    }
    this.changed();
    return {
      ...{ balancer, listener: this.#last(this.rows.listeners) },
      pool: this.#last(this.rows.pools),
    };
  }

  #balancer(vip: string, provider: string): Mutable<LoadBalancerRow> {
    const subnet = this.#subnetOf(vip);
    const vip_network_id = subnet?.network_id ?? '';
    const down = { status: 'DOWN', security_groups: [] } as const;
    const port = this.addPort(vip_network_id, vip, { id: `vip-${vip}`, ...down });
    this.rows.balancers.push({
      ...{ ...inForce, id: `lb-${vip}`, project_id, name: vip, provider, vip_address: vip },
      ...{ vip_port_id: port.id, vip_subnet_id: subnet?.id ?? '', vip_network_id },
      operating_status: 'ONLINE',
    });
    return this.#last(this.rows.balancers);
  }

  #subnetOf(address: string): SubnetRow | undefined {
    return this.rows.subnets.find(({ cidr }) => contains(cidr, address));
  }

  #last<T>(rows: readonly T[]): T {
    const row = rows.at(-1);
    if (row === undefined) throw new Error('no row was made');
    return row;
  }
}

/** The rows of a balancer that a test may change. */
export interface MadeBalancer {
  readonly balancer: Mutable<LoadBalancerRow>;
  readonly listener: Mutable<ListenerRow>;
  readonly pool: Mutable<PoolRow>;
}

/** What a balancer of a test is made of. */
export interface BalancerPlan {
  readonly provider: 'ovn' | 'amphora';
  readonly protocol?: 'TCP' | 'UDP';
  readonly port?: number;
  readonly members: readonly (readonly [address: string, port: number])[];
}

/** A cloud as Kuryr's is: two networks of pods, nodes and services behind one router, and an outside. */
export class TestSite {
  readonly cloud = new TestCloud();
  readonly world: World;
  readonly plane: EmbeddedDataPlane;

  constructor(chosen: Partial<Axes> = {}) {
    this.world = new World(
      { ...axes, ...chosen },
      { seed: 'test', closing: new AbortController().signal },
    );
    this.plane = createDataPlane(this.world, this.cloud);
    const { cloud } = this;
    cloud.group('open', [{ direction: 'ingress' }, { direction: 'egress' }]);
    cloud.network('public', '172.24.4.0/24', { 'router:external': true, mtu: 1_500 });
    cloud.network('nodes', '10.10.0.0/24');
    cloud.network('services', '10.79.0.0/24');
    cloud.network('one', '10.20.0.0/26');
    cloud.network('two', '10.20.1.0/26');
    cloud.router('router', ['nodes', 'services', 'one', 'two'], '172.24.4.100');
    for (const node of ['n1', 'n2']) {
      const address = `10.10.0.${node === 'n1' ? 11 : 12}`;
      const port = cloud.addPort('nodes', address, { id: `port-${node}` });
      cloud.rows.trunks.push({
        ...{ id: `trunk-${node}`, project_id, port_id: port.id },
        ...{ admin_state_up: true, sub_ports: [] },
      });
      this.plug(node, port);
    }
    cloud.changed();
    this.plane.createNetns('outside', '').addNic({
      ...{ name: 'eth0', mac: '02:00:00:00:00:14', mtu: 1_500 },
      addresses: [{ address: '172.24.4.20', prefix: 24 }],
      attachment: { kind: 'external', networkId: 'public' },
    });
  }

  netns(name: string): Netns {
    const netns = this.plane.netns(name);
    if (netns === undefined) throw new Error(`no namespace "${name}"`);
    return netns;
  }

  /** Makes a machine with a port of its own. */
  plug(name: string, port: PortRow): Netns {
    return this.#machine(name, port, { kind: 'port', portId: port.id });
  }

  /** Makes a pod: a port that is a subport of a node, with its VLAN interface. */
  pod(
    name: string,
    address: string,
    extra: Partial<PortRow> & { node?: string } = {},
  ): Mutable<PortRow> {
    const { node = 'n1', ...rest } = extra;
    const network = this.cloud.rows.subnets.find(({ cidr }) => contains(cidr, address));
    const port = this.cloud.addPort(network?.network_id ?? '', address, {
      ...{ id: `port-${name}`, device_owner: 'trunk:subport', ...rest },
    });
    const trunk = this.cloud.rows.trunks.find(({ port_id }) => port_id === `port-${node}`);
    const vlanId = 100 + Number(address.split('.')[3]) + 256 * Number(address.split('.')[2]);
    if (trunk !== undefined) {
      trunk.sub_ports = [
        ...trunk.sub_ports,
        { port_id: port.id, segmentation_id: vlanId, segmentation_type: 'vlan' },
      ];
    }
    this.cloud.changed();
    this.#machine(name, port, { kind: 'vlan', parentPortId: `port-${node}`, vlanId });
    return port;
  }

  #machine(
    name: string,
    port: PortRow,
    attachment: Parameters<Netns['addNic']>[0]['attachment'],
  ): Netns {
    const { cloud } = this;
    const subnet = cloud.rows.subnets.find(({ network_id }) => network_id === port.network_id);
    const mtu = cloud.rows.networks.find(({ id }) => id === port.network_id)?.mtu ?? 1_500;
    const netns = this.plane.createNetns(name, '');
    netns.addNic({
      ...{ name: 'eth0', mac: port.mac_address, mtu, attachment },
      addresses: port.fixed_ips.map(({ ip_address }) => ({
        ...{ address: ip_address, prefix: Number(subnet?.cidr.split('/')[1]) },
      })),
      ...(subnet?.gateway_ip == null ? {} : { gateway: subnet.gateway_ip }),
    });
    return netns;
  }
}

function macOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['fa', '16', ...bytes].join(':');
}

/** Node's modules as a program in a namespace sees them. */
export interface SeenModules extends Disposable {
  readonly net: typeof net;
  readonly dgram: typeof dgram;
  readonly dns: typeof dns;
  readonly http: typeof http;
}

/** Opens sockets in a namespace of a site. */
export function modulesIn(
  site: TestSite,
  name: string,
  names: Partial<NameSettings> = {},
): SeenModules {
  const opened = site.plane.socketsIn(site.netns(name), names);
  const modules = opened.sockets.modules() as unknown as Omit<SeenModules, typeof Symbol.dispose>;
  return {
    ...modules,
    [Symbol.dispose]: () => {
      opened[Symbol.dispose]();
    },
  };
}
