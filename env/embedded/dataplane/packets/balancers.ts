/**
 * Octavia's load balancers, as packets meet them. What counts is in force: a row that is ACTIVE,
 * PENDING_UPDATE or PENDING_DELETE is; one in PENDING_CREATE or ERROR has not been applied.
 */
import type { ListenerRow, LoadBalancerRow, MemberRow, PoolRow } from '../../seams.ts';
import { contains } from './addresses.ts';
import type { CloudTables } from './cloud-index.ts';
import type { Packet } from './packet.ts';

/** A listener in force, and the members that may be chosen. */
export interface Service {
  readonly balancer: LoadBalancerRow;
  readonly listener: ListenerRow;
  readonly pool: PoolRow | undefined;
  readonly members: readonly MemberRow[];
}

/** Which member a packet has to go to, when it may choose no longer. */
export type Pin = string | undefined;

interface Administered {
  readonly provisioning_status: string;
  readonly admin_state_up: boolean;
}

const transportOf: Readonly<Record<string, string>> = {
  TCP: 'tcp',
  HTTP: 'tcp',
  HTTPS: 'tcp',
  TERMINATED_HTTPS: 'tcp',
  PROMETHEUS: 'tcp',
  UDP: 'udp',
};

/** Whether the backend has applied a row of Octavia. */
export function isInForce({ provisioning_status, admin_state_up }: Administered): boolean {
  return admin_state_up && /^(ACTIVE|PENDING_UPDATE|PENDING_DELETE)$/.test(provisioning_status);
}

/** Finds the listener of a balancer for a packet. */
export function serviceFor(
  tables: CloudTables,
  balancer: LoadBalancerRow,
  packet: Packet,
): Service | undefined {
  if (!isInForce(balancer)) return undefined;
  const listener = (tables.listenersOf.get(balancer.id) ?? []).find(
    (candidate) =>
      candidate.protocol_port === packet.destinationPort &&
      transportOf[candidate.protocol] === packet.protocol &&
      isInForce(candidate),
  );
  if (listener === undefined) return undefined;
  const pool = tables.pools.get(listener.default_pool_id ?? '');
  const usable = pool !== undefined && isInForce(pool) ? pool : undefined;
  return {
    ...{ balancer, listener, pool: usable },
    members: usable === undefined ? [] : membersOf(tables, usable),
  };
}

/** Whether Octavia's access list of a listener admits a client; without a list everybody is admitted. */
export function isAdmitted({ listener }: Service, client: string): boolean {
  const cidrs = listener.allowed_cidrs ?? [];
  return cidrs.length === 0 || cidrs.some((cidr) => contains(cidr, client));
}

const networksKnown = new WeakMap<CloudTables, Map<string, ReadonlySet<string>>>();

/**
 * The networks at whose switches the ovn provider puts a balancer: those of the VIP and the members, and
 * all that share a router with one of them.
 */
export function networksOf(tables: CloudTables, balancer: LoadBalancerRow): ReadonlySet<string> {
  const known = networksKnown.get(tables) ?? new Map<string, ReadonlySet<string>>();
  networksKnown.set(tables, known);
  const networks = known.get(balancer.id) ?? reachOf(tables, balancer);
  known.set(balancer.id, networks);
  return networks;
}

function reachOf(tables: CloudTables, balancer: LoadBalancerRow): Set<string> {
  const members = (tables.listenersOf.get(balancer.id) ?? []).flatMap(({ default_pool_id }) =>
    (tables.membersOf.get(default_pool_id ?? '') ?? []).map(({ subnet_id }) => subnet_id ?? ''),
  );
  const own = [
    balancer.vip_network_id,
    ...members.map((id) => tables.subnets.get(id)?.network_id ?? ''),
  ].filter((id) => id !== '');
  const routers = own.flatMap((id) => tables.interfacesOnNetwork.get(id) ?? []);
  const neighbours = routers.flatMap(({ router }) =>
    (tables.interfacesOfRouter.get(router.id) ?? []).map(({ network_id }) => network_id),
  );
  return new Set([...own, ...neighbours]);
}

/** Chooses members: by hash for the ovn provider, in turn for amphorae. */
export class MemberChoice {
  readonly #turns = new Map<string, number>();
  readonly #faithful = new Map<string, string>();

  /**
   * The ovn provider hashes addresses and ports of both ends (SOURCE_IP_PORT), so that a flow keeps its
   * member; it knows no weights.
   */
  byHash({ pool, members }: Service, packet: Packet, pin: Pin): MemberRow | undefined {
    const pinned = members.find(({ id }) => id === pin);
    if (pinned !== undefined) return pinned;
    const isBySource =
      pool?.lb_algorithm === 'SOURCE_IP' || pool?.session_persistence?.type === 'SOURCE_IP';
    const { source, sourcePort, destination, destinationPort } = packet;
    const key = isBySource
      ? `${source} ${destination} ${destinationPort}`
      : `${source} ${sourcePort} ${destination} ${destinationPort}`;
    return members[hash(key) % Math.max(1, members.length)];
  }

  /** Amphorae take turns by weight; LEAST_CONNECTIONS does so too, as all members here are equally fast. */
  byTurn({ pool, members }: Service, client: string, pin: Pin): MemberRow | undefined {
    const weighted = members.flatMap((member) => Array<MemberRow>(member.weight).fill(member));
    const pinned = weighted.find(({ id }) => id === pin);
    if (pinned !== undefined || pool === undefined || weighted.length === 0) return pinned;
    if (pool.lb_algorithm === 'SOURCE_IP') return weighted[hash(client) % weighted.length];
    if (pool.session_persistence?.type !== 'SOURCE_IP') return this.#next(pool.id, weighted);
    const known = weighted.find(({ id }) => id === this.#faithful.get(`${pool.id} ${client}`));
    const member = known ?? this.#next(pool.id, weighted);
    if (member !== undefined) this.#faithful.set(`${pool.id} ${client}`, member.id);
    return member;
  }

  #next(poolId: string, members: readonly MemberRow[]): MemberRow | undefined {
    const turn = this.#turns.get(poolId) ?? 0;
    this.#turns.set(poolId, turn + 1);
    return members[turn % members.length];
  }
}

function membersOf(tables: CloudTables, pool: PoolRow): MemberRow[] {
  return (tables.membersOf.get(pool.id) ?? []).filter(
    (member) => isInForce(member) && member.operating_status !== 'ERROR',
  );
}

/** FNV-1a with a final mix, so that neighbouring ports spread. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
