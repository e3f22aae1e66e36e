/**
 * The ports' collection: what a request may say of a port and who may say and see it. Bindings are the
 * administrators' matter; addresses that of the network's owner.
 */
import { z } from 'zod';
import type { Caller } from '../keystone/identities.ts';
import { badRequest, notAllowed } from './faults.ts';
import { flag, standardPost, standardPut, uuid } from './forms.ts';
import { type Shown, without } from '../http/listing.ts';
import { trunkWithParent } from './binding.ts';
import { ownerOf, owns, type Plugin, visible } from './plugin.ts';
import { changePort, deletePort, makePort, refuseUnknownGroups } from './ports.ts';
import type { Definition } from './resource.ts';
import type { Network, Port } from './rows.ts';

const wishes = z.array(
  z.strictObject({ subnet_id: z.string().optional(), ip_address: z.string().optional() }),
);
const mac = z.string().regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, 'is not a valid MAC address');

const changeable = {
  admin_state_up: flag.optional(),
  mac_address: mac.optional(),
  fixed_ips: wishes.optional(),
  device_id: z.string().max(255).optional(),
  device_owner: z.string().max(255).optional(),
  security_groups: z.preprocess((value) => value ?? undefined, z.array(z.string()).optional()),
  allowed_address_pairs: z.preprocess(
    (value) => value ?? undefined,
    z.array(z.strictObject({ ip_address: z.string(), mac_address: mac.optional() })).optional(),
  ),
  port_security_enabled: flag.optional(),
  extra_dhcp_opts: z.array(z.unknown()).nullish(),
  'binding:host_id': z.preprocess((value) => value ?? undefined, z.string().optional()),
  'binding:profile': z.preprocess(
    (value) => value ?? undefined,
    z.record(z.string(), z.unknown()).optional(),
  ),
  'binding:vnic_type': z.enum(['normal', 'direct', 'macvtap', 'baremetal']).optional(),
};

const post = z.strictObject({
  ...standardPost,
  ...changeable,
  network_id: uuid,
  tags: z.array(z.string()).optional(),
});
const put = z.strictObject({ ...standardPut, ...changeable });

/** The ports' collection. */
export function ports(plugin: Plugin): Definition<Port, typeof post, typeof put> {
  const { state, quotas } = plugin;
  return {
    kind: 'port',
    collection: 'ports',
    table: state.ports,
    post,
    put,
    forAdmins: ['binding:host_id', 'binding:profile'],
    claim: (sent, caller) => {
      for (const one of sent) quotas.claim('port', ownerOf(caller, one), sent.length);
    },
    make: (sent, caller) => made(plugin, sent, caller),
    change: (row, sent, caller) => {
      const network = state.networks.get(row.network_id);
      if (network !== undefined) refuseStrangers(sent, { network, caller, action: 'update' });
      refuseUnknownGroups(plugin, sent.security_groups, (group) => owns(caller, group));
      return changePort(plugin, row, draftOf(sent));
    },
    remove: (row) => {
      deletePort(plugin, row);
    },
    show: (row, caller) => showPort(plugin, row, caller),
    // Who owns a network sees every port on it.
    isSeen: (row, caller) => state.networks.get(row.network_id)?.project_id === caller.projectId,
  };
}

type Put = z.output<typeof put>;

function draftOf(sent: Put): Parameters<typeof changePort>[2] {
  const {
    'binding:host_id': host,
    'binding:profile': profile,
    'binding:vnic_type': vnicType,
    extra_dhcp_opts: options,
    ...plain
  } = sent;
  return { ...plain, host, profile, vnicType, extra_dhcp_opts: options ?? undefined };
}

function made(plugin: Plugin, sent: z.output<typeof post>, caller: Caller): Port {
  const { state, traits } = plugin;
  const owner = ownerOf(caller, sent);
  if (sent.tags !== undefined && !traits.extensions.has('tag-ports-during-bulk-creation')) {
    throw badRequest("Unrecognized attribute(s) 'tags'");
  }
  const network = visible(state.networks, { kind: 'network', id: sent.network_id, caller });
  if (network['router:external'] && !network.shared && !owns(caller, network)) {
    throw notAllowed('create_port');
  }
  refuseStrangers(sent, { network, caller, action: 'create' });
  refuseUnknownGroups(plugin, sent.security_groups, (group) => owns(caller, group));
  const change = without(sent, 'network_id', 'project_id', 'tenant_id', 'tags');
  return makePort(plugin, { ...draftOf(change), network, projectId: owner, tags: sent.tags });
}

const networkOwnersOnly = [
  'mac_address',
  'fixed_ips',
  'port_security_enabled',
  'allowed_address_pairs',
] as const;

function refuseStrangers(
  sent: Put,
  { network, caller, action }: { network: Network; caller: Caller; action: 'create' | 'update' },
): void {
  if (owns(caller, network)) return;
  const strange = networkOwnersOnly.find((name) => sent[name] !== undefined);
  if (strange !== undefined) throw notAllowed(`${action}_port:${strange}`);
}

function showPort(plugin: Plugin, row: Port, caller: Caller): Shown {
  const { state, traits } = plugin;
  const {
    'binding:host_id': host,
    'binding:profile': profile,
    'binding:vif_type': vifType,
    'binding:vif_details': vifDetails,
    ...rest
  } = row;
  const trunk = trunkWithParent(plugin, row.id);
  return {
    ...rest,
    ...(caller.isAdmin
      ? {
          'binding:host_id': host,
          'binding:profile': profile,
          'binding:vif_type': vifType,
          'binding:vif_details': vifDetails,
        }
      : {}),
    ...(trunk === undefined || !traits.extensions.has('trunk-details')
      ? {}
      : {
          trunk_details: {
            trunk_id: trunk.id,
            sub_ports: trunk.sub_ports.map((subPort) => ({
              ...subPort,
              mac_address: state.ports.get(subPort.port_id)?.mac_address ?? '',
            })),
          },
        }),
  };
}
