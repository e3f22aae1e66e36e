/**
 * Subnet pools: the prefixes that namespaces' subnets are taken from, until none is left.
 */
import { z } from 'zod';
import { Cidr } from '../addressing.ts';
import { without } from '../http/listing.ts';
import { badRequest, conflict, notFound } from './faults.ts';
import { flag, standardPost, standardPut, whole } from './forms.ts';
import { begun, given, ownerOf, type Plugin, revise } from './plugin.ts';
import type { Definition } from './resource.ts';
import type { SubnetPool } from './rows.ts';

const changeable = {
  prefixes: z.array(z.string()).min(1).optional(),
  default_prefixlen: whole.optional(),
  min_prefixlen: whole.optional(),
  max_prefixlen: whole.optional(),
  default_quota: whole.nullish(),
  is_default: flag.optional(),
  address_scope_id: z.string().nullish(),
};

const post = z.strictObject({
  ...standardPost,
  ...changeable,
  prefixes: z.array(z.string()).min(1),
  shared: flag.optional(),
  tags: z.array(z.string()).optional(),
});
const put = z.strictObject({ ...standardPut, ...changeable });

/** The subnet pools' collection. */
export function subnetPools(plugin: Plugin): Definition<SubnetPool, typeof post, typeof put> {
  const { state, quotas } = plugin;
  return {
    kind: 'subnetpool',
    collection: 'subnetpools',
    table: state.subnetPools,
    post,
    put,
    forAdmins: ['shared', 'is_default'],
    claim: (sent, caller) => {
      for (const one of sent) quotas.claim('subnetpool', ownerOf(caller, one), sent.length);
    },
    make: (sent, caller) => makePool(plugin, sent, ownerOf(caller, sent)),
    change: (row, sent) => revise(state, state.subnetPools, { row, fields: given(sent) }),
    remove: (row) => {
      if (state.subnets.all().some(({ subnetpool_id }) => subnetpool_id === row.id)) {
        throw badRequest(
          'Unable to delete subnet pool: Subnet pool has existing allocations.',
          'SubnetPoolDeleteError',
        );
      }
      state.subnetPools.remove(row.id);
    },
    // Neutron writes the lengths of prefixes as texts.
    show: (row) => ({
      ...row,
      default_prefixlen: String(row.default_prefixlen),
      min_prefixlen: String(row.min_prefixlen),
      max_prefixlen: String(row.max_prefixlen),
    }),
  };
}

function makePool({ state }: Plugin, sent: z.output<typeof post>, owner: string): SubnetPool {
  const version = Cidr.parse(sent.prefixes[0] ?? '')?.version;
  if (version === undefined) {
    throw badRequest(
      `Invalid input for prefixes. Reason: '${sent.prefixes.join(',')}' is not a valid IP subnet.`,
    );
  }
  const { min_prefixlen: least = version === 4 ? 8 : 64 } = sent;
  const defaults = {
    tags: [],
    default_prefixlen: least,
    max_prefixlen: version === 4 ? 32 : 128,
    default_quota: null,
    shared: false,
    is_default: false,
    address_scope_id: null,
  };
  return state.subnetPools.insert({
    ...begun(state, owner, sent.description),
    ...defaults,
    ...given(without(sent, 'project_id', 'tenant_id', 'description')),
    name: sent.name,
    prefixes: sent.prefixes,
    min_prefixlen: least,
    ip_version: version,
  });
}

/** What a subnet asks of a pool. */
export interface PrefixWish {
  readonly poolId: string;
  readonly owner: string;
  readonly cidr: string | null | undefined;
  readonly prefixlen: number | undefined;
}

/** Takes a prefix out of a pool: the wished one, or the first free of the wished or default length. */
export function prefixFromPool({ state }: Plugin, wish: PrefixWish): Cidr {
  const pool = state.subnetPools.get(wish.poolId);
  if (pool === undefined) throw notFound('subnetpool', wish.poolId);
  const asked = typeof wish.cidr === 'string' ? Cidr.parse(wish.cidr) : undefined;
  const length = asked?.prefix ?? wish.prefixlen ?? pool.default_prefixlen;
  refuseLength(pool, length);
  const taken = state.subnets
    .all()
    .filter(({ subnetpool_id }) => subnetpool_id === pool.id)
    .flatMap(({ cidr }) => Cidr.parse(cidr) ?? []);
  const sources = pool.prefixes.flatMap((prefix) => Cidr.parse(prefix) ?? []);
  if (asked !== undefined) return askedPrefix(asked, sources, taken);
  for (const source of sources) {
    const free = source.firstFree(length, taken);
    if (free !== undefined) return free;
  }
  throw conflict(
    'SubnetAllocationError',
    `Failed to allocate subnet: Insufficient prefix space to allocate subnet size /${length}.`,
  );
}

function askedPrefix(asked: Cidr, sources: readonly Cidr[], taken: readonly Cidr[]): Cidr {
  const isInside = sources.some((source) => source.contains(asked));
  if (isInside && !taken.some((other) => other.overlaps(asked))) return asked;
  throw conflict(
    'SubnetAllocationError',
    'Failed to allocate subnet: Cannot allocate requested subnet from the available set of prefixes.',
  );
}

function refuseLength(pool: SubnetPool, length: number): void {
  if (length < pool.min_prefixlen) {
    throw badRequest(
      `Unable to allocate subnet with prefix length ${length}, minimum allowed prefix is ${pool.min_prefixlen}.`,
      'MinPrefixSubnetAllocationError',
    );
  }
  if (length > pool.max_prefixlen) {
    throw badRequest(
      `Unable to allocate subnet with prefix length ${length}, maximum allowed prefix is ${pool.max_prefixlen}.`,
      'MaxPrefixSubnetAllocationError',
    );
  }
}
