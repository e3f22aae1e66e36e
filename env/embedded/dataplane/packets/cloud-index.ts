/**
 * The rows of the cloud by what packets are looked up with. Made afresh, when it is first asked after a
 * change.
 */
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
  SecurityGroupRuleRow,
  SubnetRow,
  TrunkRow,
} from '../../seams.ts';

/** An interface of a router on a network. */
export interface RouterInterface {
  readonly router: RouterRow;
  readonly port: PortRow;
}

/** The cloud's rows, indexed. */
export interface CloudTables {
  readonly networks: ReadonlyMap<string, NetworkRow>;
  readonly subnets: ReadonlyMap<string, SubnetRow>;
  readonly subnetsOfNetwork: ReadonlyMap<string, readonly SubnetRow[]>;
  readonly ports: ReadonlyMap<string, PortRow>;
  /** By network id and fixed IP. */
  readonly portsAt: ReadonlyMap<string, readonly PortRow[]>;
  /** By network id and address of an allowed address pair. */
  readonly pairsAt: ReadonlyMap<string, readonly PortRow[]>;
  readonly routers: ReadonlyMap<string, RouterRow>;
  readonly interfacesOfRouter: ReadonlyMap<string, readonly PortRow[]>;
  readonly interfacesOnNetwork: ReadonlyMap<string, readonly RouterInterface[]>;
  /** By parent port id and VLAN id. */
  readonly subports: ReadonlyMap<string, { readonly trunk: TrunkRow; readonly portId: string }>;
  readonly trunkOfSubport: ReadonlyMap<string, TrunkRow>;
  readonly rulesOfGroup: ReadonlyMap<string, readonly SecurityGroupRuleRow[]>;
  readonly portsOfGroup: ReadonlyMap<string, readonly PortRow[]>;
  readonly floatingIps: ReadonlyMap<string, FloatingIpRow>;
  readonly floatingIpOfPort: ReadonlyMap<string, FloatingIpRow>;
  readonly balancers: ReadonlyMap<string, LoadBalancerRow>;
  /** By VIP address, and by the floating IP of the VIP port. */
  readonly balancersAt: ReadonlyMap<string, readonly LoadBalancerRow[]>;
  readonly balancerOfPort: ReadonlyMap<string, LoadBalancerRow>;
  readonly listenersOf: ReadonlyMap<string, readonly ListenerRow[]>;
  readonly pools: ReadonlyMap<string, PoolRow>;
  readonly membersOf: ReadonlyMap<string, readonly MemberRow[]>;
}

/** Keeps the tables of a view; `generation` rises with each change. */
export class CloudIndex {
  generation = 0;
  readonly #view: CloudView;
  #tables: CloudTables | undefined;

  constructor(view: CloudView) {
    this.#view = view;
    view.changes.on('changed', () => {
      this.generation += 1;
      this.#tables = undefined;
    });
  }

  get tables(): CloudTables {
    this.#tables ??= tablesOf(this.#view);
    return this.#tables;
  }
}

/** Whether a port is an interface of a router towards a tenant's network. */
export function isRouterInterface(port: PortRow): boolean {
  return /^network:(router_interface|ha_router_replicated_interface)/.test(port.device_owner);
}

function tablesOf(view: CloudView): CloudTables {
  return { ...networkTables(view), ...groupTables(view), ...balancerTables(view) };
}

type NetworkTables = Omit<CloudTables, keyof GroupTables | keyof BalancerTables>;

function networkTables(view: CloudView): NetworkTables {
  const [ports, subnets, trunks, fips] = [
    view.ports(),
    view.subnets(),
    view.trunks(),
    view.floatingIps(),
  ];
  const routers = byId(view.routers());
  const interfaces = ports.filter(isRouterInterface).flatMap((port) => {
    const router = routers.get(port.device_id);
    return router === undefined ? [] : [{ router, port }];
  });
  const bound = fips.filter(({ port_id }) => port_id !== null);
  return {
    networks: byId(view.networks()),
    subnets: byId(subnets),
    subnetsOfNetwork: grouped(subnets, ({ network_id }) => [network_id]),
    ports: byId(ports),
    portsAt: grouped(ports, (port) =>
      port.fixed_ips.map(({ ip_address }) => `${port.network_id} ${ip_address}`),
    ),
    pairsAt: grouped(ports, (port) =>
      port.allowed_address_pairs.map(({ ip_address }) => `${port.network_id} ${ip_address}`),
    ),
    routers,
    interfacesOfRouter: grouped(
      interfaces.map(({ port }) => port),
      ({ device_id }) => [device_id],
    ),
    interfacesOnNetwork: grouped(interfaces, ({ port }) => [port.network_id]),
    subports: new Map(
      trunks.flatMap((trunk) =>
        trunk.sub_ports.map(({ port_id, segmentation_id }) => [
          `${trunk.port_id} ${segmentation_id}`,
          { trunk, portId: port_id },
        ]),
      ),
    ),
    trunkOfSubport: new Map(
      trunks.flatMap((trunk) => trunk.sub_ports.map(({ port_id }) => [port_id, trunk])),
    ),
    floatingIps: new Map(fips.map((fip) => [fip.floating_ip_address, fip])),
    floatingIpOfPort: new Map(bound.map((fip) => [String(fip.port_id), fip])),
  };
}

type GroupTables = Pick<CloudTables, 'rulesOfGroup' | 'portsOfGroup'>;

function groupTables(view: CloudView): GroupTables {
  return {
    rulesOfGroup: grouped(view.securityGroupRules(), (rule) => [rule.security_group_id]),
    portsOfGroup: grouped(view.ports(), (port) => port.security_groups),
  };
}

type BalancerTables = Pick<
  CloudTables,
  'balancers' | 'balancersAt' | 'balancerOfPort' | 'listenersOf' | 'pools' | 'membersOf'
>;

function balancerTables(view: CloudView): BalancerTables {
  const balancers = view.loadBalancers();
  const fips = new Map(
    view.floatingIps().map((fip) => [fip.port_id ?? '', fip.floating_ip_address]),
  );
  return {
    balancers: byId(balancers),
    balancersAt: grouped(balancers, ({ vip_address, vip_port_id }) => {
      const floating = fips.get(vip_port_id);
      return floating === undefined ? [vip_address] : [vip_address, floating];
    }),
    balancerOfPort: new Map(balancers.map((balancer) => [balancer.vip_port_id, balancer])),
    listenersOf: grouped(view.listeners(), ({ loadbalancer_id }) => [loadbalancer_id]),
    pools: byId(view.pools()),
    membersOf: grouped(view.members(), ({ pool_id }) => [pool_id]),
  };
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

function grouped<T>(
  rows: readonly T[],
  keysOf: (row: T) => readonly string[],
): Map<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    for (const key of keysOf(row)) {
      const group = found.get(key);
      if (group === undefined) found.set(key, [row]);
      else group.push(row);
    }
  }
  return found;
}
