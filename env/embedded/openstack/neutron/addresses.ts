/**
 * Which addresses a port gets: the asked ones, or one free address of each IP version of its network.
 */
import { type Address, Cidr, formatAddress, parseAddress } from '../addressing.ts';
import { badRequest, conflict, invalidInput } from './faults.ts';
import type { Plugin } from './plugin.ts';
import type { FixedIp, Subnet } from './rows.ts';

/** An address as a request asks for it. */
export interface Wish {
  readonly subnet_id?: string | undefined;
  readonly ip_address?: string | undefined;
}

/** Neutron's allocator picks at random among so many free addresses (neutrondb_ipam/driver.py). */
const windowSize = 1_000;
const mostDraws = 10;

/** Gives addresses on a network; `keeping` are those that the port has already. */
export function allocate(
  plugin: Plugin,
  networkId: string,
  { wishes, keeping = [] }: { wishes?: readonly Wish[] | undefined; keeping?: readonly FixedIp[] },
): FixedIp[] {
  const subnets = plugin.state.subnets.all().filter(({ network_id }) => network_id === networkId);
  if (wishes === undefined) return oneOfEachVersion(plugin, subnets, networkId);
  const taken: FixedIp[] = [];
  for (const wish of wishes) {
    const subnet = subnetOf(wish, subnets, networkId);
    const kept = keeping.find(
      ({ subnet_id, ip_address }) =>
        subnet_id === subnet.id &&
        (wish.ip_address === undefined || ip_address === wish.ip_address),
    );
    const address = kept?.ip_address ?? addressFor(plugin, subnet, wish);
    taken.push({ subnet_id: subnet.id, ip_address: address });
  }
  return taken;
}

function oneOfEachVersion(
  plugin: Plugin,
  subnets: readonly Subnet[],
  networkId: string,
): FixedIp[] {
  return ([4, 6] as const).flatMap((version) => {
    const candidates = subnets.filter(({ ip_version }) => ip_version === version);
    for (const subnet of candidates) {
      const address = freeAddress(plugin, subnet);
      if (address !== undefined) return [{ subnet_id: subnet.id, ip_address: address }];
    }
    if (candidates.length > 0) throw exhausted(networkId);
    return [];
  });
}

function exhausted(networkId: string): Error {
  return conflict(
    'IpAddressGenerationFailure',
    `No more IP addresses available on network ${networkId}.`,
  );
}

function subnetOf(wish: Wish, subnets: readonly Subnet[], networkId: string): Subnet {
  if (wish.subnet_id !== undefined) {
    const named = subnets.find(({ id }) => id === wish.subnet_id);
    if (named !== undefined) return named;
    throw invalidInput(
      `Failed to create port on network ${networkId}, because fixed_ips included invalid subnet ${wish.subnet_id}`,
    );
  }
  const address = parseAddress(wish.ip_address ?? '');
  if (address === undefined) {
    throw badRequest(
      `Invalid input for fixed_ips. Reason: '${wish.ip_address ?? ''}' is not a valid IP address.`,
    );
  }
  const holding = subnets.find(({ cidr }) => Cidr.parse(cidr)?.holds(address) === true);
  if (holding !== undefined) return holding;
  throw badRequest(
    `IP address ${wish.ip_address ?? ''} is not a valid IP for any of the subnets on the specified network.`,
    'InvalidIpForNetwork',
  );
}

function addressFor(plugin: Plugin, subnet: Subnet, { ip_address: asked }: Wish): string {
  if (asked === undefined) {
    const free = freeAddress(plugin, subnet);
    if (free === undefined) throw exhausted(subnet.network_id);
    return free;
  }
  const address = parseAddress(asked);
  const cidr = Cidr.parse(subnet.cidr);
  const isUsable =
    address !== undefined &&
    cidr?.holds(address) === true &&
    address.value >= cidr.hosts.first &&
    address.value <= cidr.hosts.last;
  if (!isUsable) {
    throw badRequest(
      `IP address ${asked} is not a valid IP for the specified subnet.`,
      'InvalidIpForSubnet',
    );
  }
  if (takenOn(plugin, subnet.id).has(formatAddress(address))) {
    throw conflict(
      'IpAddressAlreadyAllocated',
      `IP address ${asked} already allocated in subnet ${subnet.id}`,
    );
  }
  return formatAddress(address);
}

function takenOn({ state }: Plugin, subnetId: string): ReadonlySet<string> {
  return new Set(
    state.ports
      .all()
      .flatMap(({ fixed_ips }) => fixed_ips)
      .flatMap(({ subnet_id, ip_address }) => (subnet_id === subnetId ? [ip_address] : [])),
  );
}

/** How many addresses of a subnet are taken. */
export function takenCount(plugin: Plugin, subnetId: string): number {
  return takenOn(plugin, subnetId).size;
}

function freeAddress(plugin: Plugin, subnet: Subnet): string | undefined {
  const taken = takenOn(plugin, subnet.id);
  const pool = [...firstOf(poolAddresses(subnet), windowSize + taken.size)];
  // Writing an address costs more than drawing it, and most are free.
  for (let count = 0; count < mostDraws && pool.length > 0; count += 1) {
    const drawn = pool[plugin.state.choice(Math.min(pool.length, windowSize))];
    const text = drawn === undefined ? '' : formatAddress(drawn);
    if (!taken.has(text)) return text;
  }
  const free = pool.map(formatAddress).filter((text) => !taken.has(text));
  return free[plugin.state.choice(Math.min(free.length, windowSize))];
}

function* firstOf<T>(items: Iterable<T>, most: number): Generator<T> {
  let left = most;
  for (const item of items) {
    if (left <= 0) return;
    left -= 1;
    yield item;
  }
}

function* poolAddresses({
  allocation_pools: pools,
  ip_version: version,
}: Subnet): Generator<Address> {
  for (const { start, end } of pools) {
    const last = parseAddress(end)?.value ?? -1n;
    for (let value = parseAddress(start)?.value ?? 0n; value <= last; value += 1n) {
      yield { version, value };
    }
  }
}
