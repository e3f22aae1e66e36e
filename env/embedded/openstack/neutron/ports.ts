/**
 * Ports: making, changing, deleting. Who may see or set what is decided in port-policy.ts, their status
 * in binding.ts.
 */
import { without } from '../http/listing.ts';
import { conflict, notFound } from './faults.ts';
import { allocate, type Wish } from './addresses.ts';
import { boundTo, settleWith, trunkOf, trunkWithParent } from './binding.ts';
import { ensureDefaultGroup } from './groups.ts';
import { begun, given, type Plugin, revise } from './plugin.ts';
import type { Network, Port } from './rows.ts';

/** What a new port may be told; what is left out Neutron decides. */
export interface PortDraft {
  readonly network: Network;
  readonly projectId: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly admin_state_up?: boolean | undefined;
  readonly mac_address?: string | undefined;
  readonly fixed_ips?: readonly Wish[] | undefined;
  readonly device_id?: string | undefined;
  readonly device_owner?: string | undefined;
  readonly security_groups?: readonly string[] | undefined;
  readonly allowed_address_pairs?:
    readonly { ip_address: string; mac_address?: string | undefined }[] | undefined;
  readonly port_security_enabled?: boolean | undefined;
  readonly extra_dhcp_opts?: readonly unknown[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly host?: string | undefined;
  readonly profile?: Readonly<Record<string, unknown>> | undefined;
  readonly vnicType?: string | undefined;
  readonly status?: Port['status'];
}

/** What may be changed of a port. */
export type PortChange = Partial<Omit<PortDraft, 'network' | 'projectId' | 'status' | 'tags'>>;

/** Makes a port. */
export function makePort(plugin: Plugin, draft: PortDraft): Port {
  const { state } = plugin;
  const mac = macFor(plugin, draft);
  const { network, projectId, host = '', profile = {}, vnicType = 'normal' } = draft;
  const plain = without(
    draft,
    'network',
    'projectId',
    'host',
    'profile',
    'vnicType',
    'description',
  );
  const port: Port = {
    ...begun(state, projectId, draft.description),
    ...blank,
    ...given(plain),
    network_id: network.id,
    mac_address: mac,
    fixed_ips: allocate(plugin, network.id, { wishes: draft.fixed_ips }),
    ...guardOf(plugin, draft),
    allowed_address_pairs: pairsOf(draft.allowed_address_pairs, mac),
    'binding:vnic_type': vnicType,
    'binding:profile': profile,
    ...boundTo(plugin, host),
  };
  refuseUnguarded(port, false);
  state.ports.insert(port);
  settleWith(plugin, port.id);
  return state.ports.get(port.id) ?? port;
}

const blank = {
  name: '',
  device_id: '',
  device_owner: '',
  status: 'DOWN',
  admin_state_up: true,
  extra_dhcp_opts: [],
} as const;

/** Ports of Neutron's own are not guarded; all others are unless the network or the request says so. */
function guardOf(
  plugin: Plugin,
  draft: PortDraft,
): Pick<Port, 'port_security_enabled' | 'security_groups'> {
  const isOwn = draft.device_owner?.startsWith('network:') === true;
  const isGuarded = !isOwn && (draft.port_security_enabled ?? draft.network.port_security_enabled);
  const otherwise = isGuarded ? defaultGroups(plugin, draft) : [];
  return {
    port_security_enabled: isGuarded,
    security_groups: draft.security_groups ?? otherwise,
  };
}

function defaultGroups(plugin: Plugin, { projectId }: PortDraft): readonly string[] {
  const group = ensureDefaultGroup(plugin, projectId);
  return group === undefined ? [] : [group.id];
}

function macFor({ state }: Plugin, draft: PortDraft): string {
  const onNetwork = state.ports.all().filter(({ network_id }) => network_id === draft.network.id);
  const isTaken = (mac: string): boolean =>
    onNetwork.some(({ mac_address }) => mac_address === mac);
  const asked = draft.mac_address?.toLowerCase();
  if (asked === undefined) {
    let mac = state.newMac();
    while (isTaken(mac)) mac = state.newMac();
    return mac;
  }
  if (isTaken(asked)) {
    throw conflict(
      'MacAddressInUse',
      `Unable to complete operation for network ${draft.network.id}. The mac address ${asked} is in use.`,
    );
  }
  return asked;
}

function pairsOf(
  sent: PortDraft['allowed_address_pairs'],
  mac: string,
): Port['allowed_address_pairs'] {
  return (sent ?? []).map((pair) => ({
    ip_address: pair.ip_address,
    mac_address: pair.mac_address ?? mac,
  }));
}

/** Groups and address pairs need port security; a change is asked about the pairs first. */
function refuseUnguarded(port: Port, isChange: boolean): void {
  if (port.port_security_enabled || port.device_owner.startsWith('network:')) return;
  if (isChange) refusePairs(port);
  if (port.security_groups.length > 0) {
    throw conflict(
      'PortSecurityPortHasSecurityGroup',
      'Port has security group associated. Cannot disable port security or IP address until security group is removed.',
    );
  }
  refusePairs(port);
}

function refusePairs({ allowed_address_pairs: pairs }: Port): void {
  if (pairs.length === 0) return;
  throw conflict(
    'AddressPairAndPortSecurityRequired',
    'Port Security must be enabled in order to have allowed address pairs on a port.',
  );
}

/** Changes a port. */
export function changePort(plugin: Plugin, row: Port, change: PortChange): Port {
  const { state } = plugin;
  const {
    host,
    profile,
    vnicType,
    fixed_ips: wishes,
    allowed_address_pairs: pairs,
    ...plain
  } = change;
  const mac = change.mac_address?.toLowerCase() ?? row.mac_address;
  const fields: Partial<Port> = {
    ...given(plain),
    mac_address: mac,
    ...(wishes === undefined
      ? {}
      : { fixed_ips: allocate(plugin, row.network_id, { wishes, keeping: row.fixed_ips }) }),
    ...(pairs === undefined ? {} : { allowed_address_pairs: pairsOf(pairs, mac) }),
    ...(host === undefined || host === row['binding:host_id'] ? {} : boundTo(plugin, host)),
    ...(profile === undefined ? {} : { 'binding:profile': profile }),
    ...(vnicType === undefined ? {} : { 'binding:vnic_type': vnicType }),
  };
  refuseUnguarded({ ...row, ...fields }, true);
  const port = revise(state, state.ports, { row, fields });
  settleWith(plugin, row.id);
  return state.ports.get(row.id) ?? port;
}

/** Deletes a port on a user's behalf; some are held by what they are for. */
export function deletePort(plugin: Plugin, row: Port): void {
  const parent = trunkWithParent(plugin, row.id);
  if (parent !== undefined) {
    throw conflict(
      'PortInUseAsTrunkParent',
      `Port ${row.id} is currently a parent port for trunk ${parent.id}.`,
    );
  }
  const trunk = trunkOf(plugin, row.id);
  if (trunk !== undefined) {
    throw conflict(
      'PortInUseAsSubPort',
      `Port ${row.id} is currently a subport for trunk ${trunk.id}.`,
    );
  }
  const routerOwners = ['network:router_interface', 'network:router_gateway', 'network:floatingip'];
  if (routerOwners.includes(row.device_owner)) {
    throw conflict(
      'ServicePortInUse',
      `Port ${row.id} cannot be deleted directly via the port API: has device owner ${row.device_owner}.`,
    );
  }
  removePort(plugin, row);
}

/** Takes a port away, and frees the floating IPs that pointed at it. */
export function removePort({ state }: Plugin, { id }: Port): void {
  state.ports.remove(id);
  for (const row of state.floatingIps.all().filter(({ port_id }) => port_id === id)) {
    revise(state, state.floatingIps, {
      row,
      fields: { port_id: null, fixed_ip_address: null, router_id: null, status: 'DOWN' },
    });
  }
}

/** Refuses groups that are not there or not for the owner of the port. */
export function refuseUnknownGroups(
  { state }: Plugin,
  ids: readonly string[] | undefined,
  isAllowed: (row: { project_id: string }) => boolean,
): void {
  for (const id of ids ?? []) {
    const group = state.groups.get(id);
    if (group === undefined || !isAllowed(group)) throw notFound('security_group', id);
  }
}
