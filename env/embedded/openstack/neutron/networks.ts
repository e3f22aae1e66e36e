/**
 * Networks. Only administrators choose how one is realised, share it or make it external.
 */
import { z } from 'zod';
import type { Caller } from '../keystone/identities.ts';
import { badRequest, conflict } from './faults.ts';
import { flag, nonNegative, standardPost, standardPut, whole } from './forms.ts';
import { type Shown, without } from '../http/listing.ts';
import { begun, given, ownerOf, owns, type Plugin, revise } from './plugin.ts';
import { removePort } from './ports.ts';
import type { Definition } from './resource.ts';
import type { Network } from './rows.ts';
import { ensureDefaultGroup } from './groups.ts';
import { deleteSubnet } from './subnets.ts';

const changeable = {
  admin_state_up: flag.optional(),
  shared: flag.optional(),
  'router:external': flag.optional(),
  port_security_enabled: flag.optional(),
  mtu: nonNegative.optional(),
  is_default: flag.optional(),
};

const post = z.strictObject({
  ...standardPost,
  ...changeable,
  availability_zone_hints: z.array(z.string()).default([]),
  'provider:network_type': z.string().optional(),
  'provider:physical_network': z.string().nullish(),
  'provider:segmentation_id': whole.nullish(),
  tags: z.array(z.string()).optional(),
});

const put = z.strictObject({ ...standardPut, ...changeable });

/** The networks' collection. */
export function networks(plugin: Plugin): Definition<Network, typeof post, typeof put> {
  const { state, quotas } = plugin;
  return {
    kind: 'network',
    collection: 'networks',
    table: state.networks,
    post,
    put,
    forAdmins: [
      'shared',
      'router:external',
      'is_default',
      'provider:network_type',
      'provider:physical_network',
      'provider:segmentation_id',
    ],
    claim: (sent, caller) => {
      for (const one of sent) quotas.claim('network', ownerOf(caller, one), sent.length);
    },
    make: (sent, caller) => makeNetwork(plugin, sent, caller),
    change: (row, sent) => {
      if (sent.mtu !== undefined && sent.mtu > mtuLimit(plugin, row['provider:network_type'])) {
        throw mtuTooBig(plugin, row['provider:network_type']);
      }
      return revise(state, state.networks, { row, fields: given(sent) });
    },
    remove: (row) => {
      removeNetwork(plugin, row);
    },
    show: (row, caller) => showNetwork(plugin, row, caller),
    showMade: ({ is_default }) => ({ is_default }),
  };
}

/** What a new network may be told. */
export type NetworkDraft = Partial<z.output<typeof post>>;

/** Makes a network. */
export function makeNetwork(plugin: Plugin, sent: NetworkDraft, caller: Caller): Network {
  const { state, traits } = plugin;
  const owner = ownerOf(caller, sent);
  ensureDefaultGroup(plugin, owner);
  const type = sent['provider:network_type'] ?? traits.tenantNetworkType;
  const most = mtuLimit(plugin, type);
  const { mtu = 0 } = sent;
  if (mtu > most) throw mtuTooBig(plugin, type);
  const defaults = {
    name: '',
    tags: [],
    admin_state_up: true,
    shared: false,
    is_default: false,
    port_security_enabled: true,
    'router:external': false,
    availability_zone_hints: [],
  };
  const wanted = given(without(sent, 'project_id', 'tenant_id', 'mtu', 'description'));
  return state.networks.insert({
    ...begun(state, owner, sent.description),
    ...defaults,
    ...wanted,
    status: 'ACTIVE',
    mtu: mtu === 0 ? most : mtu,
    'provider:network_type': type,
    'provider:physical_network': sent['provider:physical_network'] ?? null,
    'provider:segmentation_id': segmentOf(plugin, sent, type),
  });
}

function mtuLimit({ traits }: Plugin, type: string): number {
  return type === traits.tenantNetworkType ? traits.mtu : 1500;
}

function mtuTooBig(plugin: Plugin, type: string): Error {
  return badRequest(
    `Invalid input for operation: Requested MTU is too big, maximum is ${mtuLimit(plugin, type)}.`,
    'InvalidInput',
  );
}

/** Tunnelled networks get the first free segment. */
function segmentOf({ state, traits }: Plugin, sent: NetworkDraft, type: string): number | null {
  const asked = sent['provider:segmentation_id'];
  if (typeof asked === 'number') return asked;
  if (type !== traits.tenantNetworkType) return null;
  const taken = new Set(state.networks.all().map((row) => row['provider:segmentation_id']));
  let segment = 1;
  while (taken.has(segment)) segment += 1;
  return segment;
}

const goesWithNetwork = ['network:dhcp', 'network:distributed', 'network:floatingip_agent_gateway'];

function removeNetwork(plugin: Plugin, row: Network): void {
  const { state } = plugin;
  const ports = state.ports.all().filter(({ network_id }) => network_id === row.id);
  const inUse = ports.filter(({ device_owner }) => !goesWithNetwork.includes(device_owner));
  if (inUse.length > 0) {
    const ids = inUse.map(({ id }) => id).join(',');
    throw conflict(
      'NetworkInUse',
      `Unable to complete operation on network ${row.id}. There are one or more ports still in use on the network, id for these ports is: ${ids}.`,
    );
  }
  for (const port of ports) removePort(plugin, port);
  for (const subnet of state.subnets.all().filter(({ network_id }) => network_id === row.id)) {
    deleteSubnet(plugin, subnet);
  }
  state.networks.remove(row.id);
}

/** Whether a network is the default one is kept of external networks only. */
function showNetwork({ state, traits }: Plugin, row: Network, caller: Caller): Shown {
  const subnets = state.subnets
    .all()
    .filter(
      (subnet) =>
        subnet.network_id === row.id &&
        (owns(caller, subnet) || row.shared || row['router:external']),
    )
    .map(({ id }) => id);
  const { 'provider:network_type': type, 'provider:physical_network': physical, ...rest } = row;
  const { 'provider:segmentation_id': segment, is_default: isDefault, ...shown } = rest;
  return {
    ...shown,
    ...(row['router:external'] ? { is_default: isDefault } : {}),
    subnets,
    availability_zones: traits.ml2 === 'ovs' ? ['nova'] : [],
    ipv4_address_scope: null,
    ipv6_address_scope: null,
    ...(caller.isAdmin
      ? {
          'provider:network_type': type,
          'provider:physical_network': physical,
          'provider:segmentation_id': segment,
        }
      : {}),
  };
}
