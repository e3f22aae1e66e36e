/**
 * Trunks: one parent port, and subports told apart by their VLAN. A subport belongs to one trunk, and a
 * VLAN to one subport of a trunk.
 */
import { z } from 'zod';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import type { Caller } from '../keystone/identities.ts';
import { boundTo, settlePort, settleTrunk, trunkOf, trunkWithParent } from './binding.ts';
import { badRequest, conflict, invalidInput, notAllowed, notFound } from './faults.ts';
import { attributesIn, flag, standardPost, standardPut, uuid, whole } from './forms.ts';
import { begun, given, ownerOf, owns, type Plugin, revise, visible } from './plugin.ts';
import type { Definition } from './resource.ts';
import type { SubPort, Trunk } from './rows.ts';
import { ApiFault } from '../http/fault.ts';

const subPort = z.strictObject({
  port_id: uuid,
  segmentation_type: z.string().optional(),
  segmentation_id: whole.optional(),
});
const subPorts = z.strictObject({ sub_ports: z.array(subPort) });

const post = z.strictObject({
  ...standardPost,
  port_id: uuid,
  admin_state_up: flag.default(true),
  sub_ports: z.array(subPort).default([]),
  tags: z.array(z.string()).optional(),
});
const put = z.strictObject({ ...standardPut, admin_state_up: flag.optional() });

type Wished = z.output<typeof subPort>;

/** The trunks' collection. */
export function trunks(plugin: Plugin): Definition<Trunk, typeof post, typeof put> {
  const { state, quotas } = plugin;
  return {
    kind: 'trunk',
    collection: 'trunks',
    table: state.trunks,
    post,
    put,
    claim: (sent, caller) => {
      for (const one of sent) quotas.claim('trunk', ownerOf(caller, one), sent.length);
    },
    make: (sent, caller) => makeTrunk(plugin, sent, caller),
    change: (row, sent) => {
      const trunk = revise(state, state.trunks, { row, fields: given(sent) });
      for (const { port_id } of trunk.sub_ports) settlePort(plugin, port_id);
      return trunk;
    },
    remove: (row) => {
      // A trunk of the OVS agent cannot go while its parent is plugged; OVN lets it go.
      if (
        plugin.traits.ml2 === 'ovs' &&
        (state.ports.get(row.port_id)?.['binding:host_id'] ?? '') !== ''
      ) {
        throw conflict('TrunkInUse', `Trunk ${row.id} is currently in use.`);
      }
      state.trunks.remove(row.id);
      for (const { port_id } of row.sub_ports) detach(plugin, port_id);
    },
    show: (row) => ({ ...row }),
  };
}

/** Adds what can be done to the subports of a trunk. */
export function addSubPortRoutes(routes: Routes, plugin: Plugin): void {
  routes.on('GET', '/v2.0/trunks/:id/get_subports', (exchange) => ({
    body: { sub_ports: found(plugin, exchange).sub_ports },
  }));
  routes.on('PUT', '/v2.0/trunks/:id/add_subports', (exchange): Answer => {
    const trunk = changeable(plugin, exchange);
    const { sub_ports: wished } = attributesIn(subPorts, exchange.body);
    return { body: shown(addSubPorts(plugin, trunk, { wished, caller: exchange.caller })) };
  });
  routes.on('PUT', '/v2.0/trunks/:id/remove_subports', (exchange): Answer => {
    const trunk = changeable(plugin, exchange);
    const { sub_ports: wished } = attributesIn(subPorts, exchange.body);
    return { body: shown(removeSubPorts(plugin, trunk, wished)) };
  });
}

/** A trunk counts as DOWN when its subports have changed, until the driver says otherwise after the answer. */
function shown(trunk: Trunk): object {
  return { ...trunk, tenant_id: trunk.project_id, status: 'DOWN' };
}

function found({ state }: Plugin, { params, caller }: Exchange): Trunk {
  return visible(state.trunks, { kind: 'trunk', id: params['id'] ?? '', caller });
}

function changeable(plugin: Plugin, exchange: Exchange): Trunk {
  const trunk = found(plugin, exchange);
  if (!owns(exchange.caller, trunk)) throw notAllowed('add_subports');
  if (!trunk.admin_state_up) {
    throw conflict('TrunkDisabled', `Trunk ${trunk.id} is currently disabled.`);
  }
  return trunk;
}

function makeTrunk(plugin: Plugin, sent: z.output<typeof post>, caller: Caller): Trunk {
  const { state } = plugin;
  const parent = visible(state.ports, { kind: 'port', id: sent.port_id, caller });
  refuseUsed(plugin, parent.id);
  const isAgents = plugin.traits.ml2 === 'ovs';
  if (isAgents && parent['binding:host_id'] !== '') throw parentInUse(parent.id);
  const trunk = state.trunks.insert({
    ...begun(state, ownerOf(caller, sent), sent.description),
    name: sent.name,
    tags: sent.tags ?? [],
    port_id: parent.id,
    admin_state_up: sent.admin_state_up,
    status: 'DOWN',
    sub_ports: [],
  });
  try {
    if (sent.sub_ports.length > 0) addSubPorts(plugin, trunk, { wished: sent.sub_ports, caller });
  } catch (error) {
    state.trunks.remove(trunk.id);
    throw error;
  }
  settleTrunk(plugin, trunk);
  return state.trunks.get(trunk.id) ?? trunk;
}

function parentInUse(id: string): ApiFault {
  return conflict(
    'ParentPortInUse',
    `Port ${id} is currently in use and is not eligible for use as a parent port.`,
  );
}

/** A port that is a subport or a parent already can be neither again. */
function refuseUsed(plugin: Plugin, portId: string): void {
  if (trunkOf(plugin, portId) !== undefined) {
    throw conflict('TrunkPortInUse', `Port ${portId} is in use by another trunk.`);
  }
  if (trunkWithParent(plugin, portId) !== undefined) throw parentInUse(portId);
}

function addSubPorts(
  plugin: Plugin,
  trunk: Trunk,
  { wished, caller }: { readonly wished: readonly Wished[]; readonly caller: Caller },
): Trunk {
  const { state } = plugin;
  const added: SubPort[] = [];
  for (const wish of wished) {
    const next = checked(plugin, trunk, { wish, caller });
    const isTaken = [...trunk.sub_ports, ...added].some(
      (other) =>
        other.segmentation_id === next.segmentation_id &&
        other.segmentation_type === next.segmentation_type,
    );
    if (isTaken) {
      throw conflict(
        'DuplicateSubPort',
        `segmentation_type ${next.segmentation_type} and segmentation_id ${next.segmentation_id} already in use on trunk ${trunk.id}.`,
      );
    }
    added.push(next);
  }
  const grown = revise(state, state.trunks, {
    row: trunk,
    fields: { sub_ports: [...trunk.sub_ports, ...added] },
  });
  for (const subPort of added) attach(plugin, trunk, subPort);
  return grown;
}

function checked(
  plugin: Plugin,
  trunk: Trunk,
  { wish, caller }: { readonly wish: Wished; readonly caller: Caller },
): SubPort {
  const { state } = plugin;
  const { port_id: portId, segmentation_id: id, segmentation_type: type } = wish;
  if (portId === trunk.port_id) throw parentInUse(portId);
  const port = visible(state.ports, { kind: 'port', id: portId, caller });
  if (type === undefined || id === undefined) {
    throw invalidInput(
      `Invalid subport details '${JSON.stringify(wish)}': missing segmentation information. Must specify both segmentation_id and segmentation_type`,
    );
  }
  if (type !== 'vlan') throw invalidInput(`Unknown segmentation_type '${type}'`);
  if (id < 1 || id > 4094) throw invalidInput(`Segmentation ID '${id}' is not in range`);
  refuseMtu(plugin, trunk, port.network_id);
  refuseUsed(plugin, portId);
  if (port.device_id !== '') {
    throw conflict(
      'PortInUse',
      `Unable to complete operation on port ${portId} for network ${port.network_id}. Port already has an attached device ${port.device_id}.`,
    );
  }
  return { port_id: portId, segmentation_id: id, segmentation_type: 'vlan' };
}

function refuseMtu({ state }: Plugin, trunk: Trunk, networkId: string): void {
  const parent = state.ports.get(trunk.port_id);
  const trunkMtu = state.networks.get(parent?.network_id ?? '')?.mtu ?? 0;
  const portMtu = state.networks.get(networkId)?.mtu ?? 0;
  if (portMtu > trunkMtu) {
    throw conflict(
      'SubPortMtuGreaterThanTrunkPortMtu',
      `MTU ${portMtu} of subport cannot be greater than MTU ${trunkMtu} of trunk ${trunk.port_id}.`,
    );
  }
}

/**
 * Both trunk drivers make the subport theirs; OVN leaves its host and details empty, the OVS agent takes
 * those of the parent.
 */
function attach(
  plugin: Plugin,
  trunk: Trunk,
  { port_id: id, segmentation_id: tag }: SubPort,
): void {
  const { state, traits } = plugin;
  const row = state.ports.get(id);
  const parent = state.ports.get(trunk.port_id);
  if (row === undefined) return;
  const binding =
    traits.ml2 === 'ovn'
      ? {
          'binding:profile': { parent_name: trunk.port_id, tag },
          'binding:vif_type': 'ovs',
          'binding:vif_details': {},
        }
      : boundTo(plugin, parent?.['binding:host_id'] ?? '');
  revise(state, state.ports, { row, fields: { device_owner: 'trunk:subport', ...binding } });
  settlePort(plugin, id);
}

function detach(plugin: Plugin, id: string): void {
  const { state } = plugin;
  const row = state.ports.get(id);
  if (row === undefined) return;
  revise(state, state.ports, {
    row,
    fields: { device_owner: '', 'binding:profile': {}, ...boundTo(plugin, '') },
  });
  settlePort(plugin, id);
}

function removeSubPorts(plugin: Plugin, trunk: Trunk, wished: readonly Wished[]): Trunk {
  const { state } = plugin;
  if (wished.length === 0) throw badRequest('Invalid input for sub_ports. Reason: [] is empty.');
  const ids = wished.map(({ port_id }) => port_id);
  const missing = ids.find((id) => !trunk.sub_ports.some(({ port_id }) => port_id === id));
  if (missing !== undefined) {
    if (state.ports.get(missing) === undefined) throw notFound('port', missing);
    throw new ApiFault(404, `SubPort ${missing} on trunk ${trunk.id} could not be found.`, {
      type: 'SubPortNotFound',
    });
  }
  const shrunk = revise(state, state.trunks, {
    row: trunk,
    fields: { sub_ports: trunk.sub_ports.filter(({ port_id }) => !ids.includes(port_id)) },
  });
  for (const id of ids) detach(plugin, id);
  return shrunk;
}
