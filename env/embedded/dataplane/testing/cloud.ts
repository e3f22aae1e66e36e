/**
 * A cloud for tests: rows of Neutron and Octavia in memory, with the few words to make them.
 */
import { EventEmitter } from 'node:events';
import type {
  CloudView,
  FloatingIpRow,
  ListenerRow,
  LoadBalancerRow,
  MemberRow,
  NetworkRow,
  PoolRow,
  PortRow,
  RouterRow,
  SecurityGroupRow,
  SecurityGroupRuleRow,
  SubnetRow,
  TrunkRow,
} from '../../seams.ts';
import { contains } from '../packets/addresses.ts';

/** A row that a test may change. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const project_id = 'project';
const inForce = { admin_state_up: true, provisioning_status: 'ACTIVE' } as const;

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

  /** The row of a kind with an id; a test that names another one is wrong. */
  row<K extends keyof TestCloud['rows']>(kind: K, id: string): TestCloud['rows'][K][number] {
    const rows: readonly { readonly id: string }[] = this.rows[kind];
    const row = rows.find((candidate) => candidate.id === id);
    if (row === undefined) throw new Error(`no row "${id}" in ${kind}`);
    return row as TestCloud['rows'][K][number];
  }

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

function macOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['fa', '16', ...bytes].join(':');
}
