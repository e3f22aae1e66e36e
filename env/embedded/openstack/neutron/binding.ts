/**
 * The life of a port's status: a port that is bound to a host, or hangs on the trunk of one that is,
 * becomes ACTIVE after a while; one that is not is DOWN. The agent of ML2/OVS shows BUILD in between,
 * OVN does not.
 */
import type { Delay } from '../state.ts';
import type { Plugin } from './plugin.ts';
import type { Port, Trunk } from './rows.ts';

const wiringDelay: Delay = [15, 60];
/** Nobody plugs in the interface of a router; OVN tells of it in its own time. */
const interfaceDelay: Delay = [400, 900];

/** Owners of ports that Neutron itself plugs. */
const ownPorts = [
  'network:router_interface',
  'network:router_gateway',
  'network:dhcp',
  'network:distributed',
];

/** The trunk whose subport a port is. */
export function trunkOf({ state }: Plugin, portId: string): Trunk | undefined {
  return state.trunks
    .all()
    .find(({ sub_ports }) => sub_ports.some(({ port_id }) => port_id === portId));
}

/** The trunk whose parent a port is. */
export function trunkWithParent({ state }: Plugin, portId: string): Trunk | undefined {
  return state.trunks.all().find(({ port_id }) => port_id === portId);
}

function isBound(port: Port | undefined): boolean {
  return (
    port !== undefined &&
    port['binding:host_id'] !== '' &&
    port['binding:vif_type'] !== 'binding_failed'
  );
}

function isWired(plugin: Plugin, port: Port): boolean {
  if (!port.admin_state_up) return false;
  if (ownPorts.includes(port.device_owner) || isBound(port)) return true;
  const trunk = trunkOf(plugin, port.id);
  if (trunk?.admin_state_up !== true) return false;
  const parent = plugin.state.ports.get(trunk.port_id);
  return isBound(parent) && parent?.admin_state_up === true;
}

/** Brings a port's status to what its wiring says. */
export function settlePort(plugin: Plugin, id: string): void {
  const { state, traits } = plugin;
  const port = state.ports.get(id);
  if (port === undefined || port.status === 'N/A') return;
  if (!isWired(plugin, port)) {
    if (port.status !== 'DOWN') state.ports.update(id, { status: 'DOWN' });
    return;
  }
  if (port.status === 'ACTIVE') return;
  if (traits.ml2 === 'ovs' && port.status === 'DOWN') {
    state.later(wiringDelay, () => {
      const now = state.ports.get(id);
      if (now?.status === 'DOWN' && isWired(plugin, now))
        state.ports.update(id, { status: 'BUILD' });
      activate(plugin, id);
    });
    return;
  }
  activate(plugin, id);
}

function activate(plugin: Plugin, id: string): void {
  const { state } = plugin;
  const isInterface = state.ports.get(id)?.device_owner === 'network:router_interface';
  state.later(isInterface ? interfaceDelay : wiringDelay, () => {
    const now = state.ports.get(id);
    if (now !== undefined && now.status !== 'ACTIVE' && isWired(plugin, now)) {
      state.ports.update(id, { status: 'ACTIVE' });
      settleTrunk(plugin, trunkWithParent(plugin, id));
    }
  });
}

/** Brings a port, and what hangs on it when it is the parent of a trunk, to what the wiring says. */
export function settleWith(plugin: Plugin, id: string): void {
  settlePort(plugin, id);
  const trunk = trunkWithParent(plugin, id);
  if (trunk === undefined) return;
  for (const { port_id } of trunk.sub_ports) settlePort(plugin, port_id);
  settleTrunk(plugin, trunk);
}

/** OVN's trunks are ACTIVE once made; those of the OVS agent when their parent is. */
export function settleTrunk(plugin: Plugin, trunk: Trunk | undefined): void {
  if (trunk === undefined) return;
  const { state, traits } = plugin;
  const isUp = traits.ml2 === 'ovn' || state.ports.get(trunk.port_id)?.status === 'ACTIVE';
  const status = isUp ? 'ACTIVE' : 'DOWN';
  if (trunk.status !== status) state.trunks.update(trunk.id, { status });
}

/** What a port tells of its binding to a host. */
export function boundTo(
  { traits }: Plugin,
  host: string,
): Pick<Port, 'binding:host_id' | 'binding:vif_type' | 'binding:vif_details'> {
  return host === ''
    ? { 'binding:host_id': '', 'binding:vif_type': 'unbound', 'binding:vif_details': {} }
    : {
        'binding:host_id': host,
        'binding:vif_type': 'ovs',
        'binding:vif_details': traits.vifDetails,
      };
}
