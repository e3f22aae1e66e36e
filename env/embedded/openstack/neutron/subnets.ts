/**
 * Subnets and the pools that their prefixes are taken from.
 */
import { z } from 'zod';
import { Cidr, formatAddress, parseAddress } from '../addressing.ts';
import { without } from '../http/listing.ts';
import type { Caller } from '../keystone/identities.ts';
import { conflict, invalidInput, badRequest, notAllowed } from './faults.ts';
import { flag, standardPost, standardPut, uuid, whole } from './forms.ts';
import { begun, given, ownerOf, owns, type Plugin, revise, visible } from './plugin.ts';
import type { Definition } from './resource.ts';
import type { AllocationPool, Network, Subnet } from './rows.ts';
import { prefixFromPool } from './subnet-pools.ts';

const pools = z.array(z.strictObject({ start: z.string(), end: z.string() }));
const routes = z.array(z.strictObject({ destination: z.string(), nexthop: z.string() }));

const changeable = {
  gateway_ip: z.string().nullable().optional(),
  enable_dhcp: flag.optional(),
  allocation_pools: pools.optional(),
  dns_nameservers: z.array(z.string()).optional(),
  host_routes: routes.optional(),
  service_types: z.array(z.string()).optional(),
};

const post = z.strictObject({
  ...standardPost,
  ...changeable,
  network_id: uuid,
  cidr: z.string().nullish(),
  ip_version: whole.pipe(z.literal([4, 6])).optional(),
  subnetpool_id: uuid.nullish(),
  prefixlen: whole.optional(),
  ipv6_address_mode: z.string().nullish(),
  ipv6_ra_mode: z.string().nullish(),
  use_default_subnetpool: flag.optional(),
  tags: z.array(z.string()).optional(),
});

const put = z.strictObject({ ...standardPut, ...changeable });

/** The subnets' collection. */
export function subnets(plugin: Plugin): Definition<Subnet, typeof post, typeof put> {
  const { state, quotas } = plugin;
  return {
    kind: 'subnet',
    collection: 'subnets',
    table: state.subnets,
    post,
    put,
    claim: (sent, caller) => {
      for (const one of sent) quotas.claim('subnet', ownerOf(caller, one), sent.length);
    },
    make: (sent, caller) => makeSubnet(plugin, sent, caller),
    change: (row, sent) => revise(state, state.subnets, { row, fields: given(sent) }),
    remove: (row) => {
      removeSubnet(plugin, row);
    },
    show: (row) => ({ ...row }),
    isSeen: (row) => {
      const network = state.networks.get(row.network_id);
      return network?.shared === true || network?.['router:external'] === true;
    },
  };
}

/** What a new subnet may be told. */
export type SubnetDraft = Partial<z.output<typeof post>> & { readonly network_id: string };

/** Makes a subnet. */
export function makeSubnet(plugin: Plugin, sent: SubnetDraft, caller: Caller): Subnet {
  const { state } = plugin;
  const owner = ownerOf(caller, sent);
  const network = visible(state.networks, { kind: 'network', id: sent.network_id, caller });
  if (!owns(caller, network)) throw notAllowed('create_subnet');
  const cidr = cidrOf(plugin, sent, owner);
  refuseOverlap(plugin, network, cidr);
  const gateway = gatewayOf(cidr, sent.gateway_ip);
  const row: Subnet = {
    ...begun(state, owner, sent.description),
    ...blank,
    ...given(without(sent, ...ownWords)),
    network_id: network.id,
    cidr: cidr.toString(),
    ip_version: cidr.version,
    gateway_ip: gateway,
    allocation_pools: sent.allocation_pools ?? poolsAround(cidr, gateway),
    subnetpool_id: sent.subnetpool_id ?? null,
  };
  refuseBadPools(row, cidr);
  return state.subnets.insert(row);
}

const blank = {
  name: '',
  tags: [],
  enable_dhcp: true,
  dns_nameservers: [],
  host_routes: [],
  ipv6_address_mode: null,
  ipv6_ra_mode: null,
  service_types: [],
} as const;

/** What a request says that is not kept as it is said. */
const ownWords = [
  'project_id',
  'tenant_id',
  'description',
  'prefixlen',
  'use_default_subnetpool',
  'cidr',
  'ip_version',
  'gateway_ip',
] as const;

function cidrOf(plugin: Plugin, sent: SubnetDraft, owner: string): Cidr {
  const { subnetpool_id: pool, cidr: text } = sent;
  if (pool !== undefined && pool !== null) {
    return prefixFromPool(plugin, { poolId: pool, owner, cidr: text, prefixlen: sent.prefixlen });
  }
  if (text === undefined || text === null) {
    throw badRequest(
      'Bad subnets request: a subnetpool must be specified in the absence of a cidr.',
      'BadRequest',
    );
  }
  const cidr = Cidr.parse(text);
  if (cidr === undefined) {
    throw invalidInput(`${text} is not in a CIDR format`);
  }
  if (sent.ip_version !== undefined && sent.ip_version !== cidr.version) {
    throw invalidInput(`Mismatched IP version: cidr ${text} and ip_version ${sent.ip_version}`);
  }
  return cidr;
}

function refuseOverlap({ state }: Plugin, network: Network, cidr: Cidr): void {
  const other = state.subnets
    .all()
    .find((row) => row.network_id === network.id && Cidr.parse(row.cidr)?.overlaps(cidr) === true);
  if (other !== undefined) {
    throw invalidInput(
      `Requested subnet with cidr: ${cidr.toString()} for network: ${network.id} overlaps with another subnet`,
    );
  }
}

function gatewayOf(cidr: Cidr, asked: string | null | undefined): string | null {
  if (asked === undefined) return formatAddress({ version: cidr.version, value: cidr.hosts.first });
  if (asked === null) return null;
  const address = parseAddress(asked);
  if (address === undefined)
    throw badRequest(`Invalid input for gateway_ip. Reason: '${asked}' is not a valid IP address.`);
  if (!cidr.holds(address)) throw invalidInput('Gateway is not valid on subnet');
  return formatAddress(address);
}

/** All host addresses but the gateway's. */
function poolsAround(cidr: Cidr, gateway: string | null): AllocationPool[] {
  const { first, last } = cidr.hosts;
  const at = gateway === null ? undefined : parseAddress(gateway)?.value;
  const ranges: [bigint, bigint][] =
    at === undefined || at < first || at > last
      ? [[first, last]]
      : [
          [first, at - 1n],
          [at + 1n, last],
        ];
  const written = (value: bigint): string => formatAddress({ version: cidr.version, value });
  return ranges
    .filter(([start, end]) => start <= end)
    .map(([start, end]) => ({ start: written(start), end: written(end) }));
}

function refuseBadPools(row: Subnet, cidr: Cidr): void {
  for (const { start, end } of row.allocation_pools) {
    const [from, to] = [parseAddress(start), parseAddress(end)];
    if (from === undefined || to === undefined || from.value > to.value) {
      throw badRequest(
        `The allocation pool ${start}-${end} is not valid.`,
        'InvalidAllocationPool',
      );
    }
    if (!cidr.holds(from) || !cidr.holds(to)) {
      throw badRequest(
        `The allocation pool ${start}-${end} spans beyond the subnet cidr ${row.cidr}.`,
        'OutOfBoundsAllocationPool',
      );
    }
  }
}

/** Ports of DHCP go with their subnet; all others hold it. */
function removeSubnet(plugin: Plugin, row: Subnet): void {
  const isHeld = plugin.state.ports
    .all()
    .some(
      ({ fixed_ips, device_owner }) =>
        !['network:dhcp', 'network:distributed'].includes(device_owner) &&
        fixed_ips.some(({ subnet_id }) => subnet_id === row.id),
    );
  if (isHeld) {
    throw conflict(
      'SubnetInUse',
      `Unable to complete operation on subnet ${row.id}: One or more ports have an IP allocation from this subnet.`,
    );
  }
  deleteSubnet(plugin, row);
}

/** Takes a subnet away, from ports that may lose it too. */
export function deleteSubnet({ state }: Plugin, row: Subnet): void {
  for (const port of state.ports.all()) {
    if (port.fixed_ips.some(({ subnet_id }) => subnet_id === row.id)) {
      state.ports.update(port.id, {
        fixed_ips: port.fixed_ips.filter(({ subnet_id }) => subnet_id !== row.id),
      });
    }
  }
  state.subnets.remove(row.id);
}
