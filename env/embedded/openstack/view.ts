/**
 * What the data plane sees of the cloud.
 */
import type { CloudView, LoadBalancerRow, PortRow } from '../seams.ts';
import type { Port } from './neutron/rows.ts';
import type { CloudState } from './state.ts';

/** Opens the state to the data plane. */
export function viewOf(state: CloudState): CloudView {
  return {
    changes: state.changes,
    networks: () => state.networks.all(),
    subnets: () => state.subnets.all(),
    // Ports that only hold a floating address have the status "N/A" and carry no packets.
    ports: () => state.ports.all().filter(carriesPackets),
    port: (id) => {
      const port = state.ports.get(id);
      return port !== undefined && carriesPackets(port) ? port : undefined;
    },
    trunks: () => state.trunks.all(),
    securityGroups: () => state.groups.all(),
    securityGroupRules: () => state.rules.all(),
    routers: () => state.routers.all(),
    floatingIps: () => state.floatingIps.all(),
    loadBalancers: (): readonly LoadBalancerRow[] => state.loadBalancers.all(),
    listeners: () => state.listeners.all(),
    pools: () => state.pools.all(),
    members: () => state.members.all(),
  };
}

function carriesPackets(port: Port): port is Port & PortRow {
  return port.status !== 'N/A';
}
