/**
 * What hangs on the trunk of a node: the subports of one network, whoever uses them.
 */
import { type Reading, reading } from '../reading.ts';
import type { Cloud } from './cloud.ts';

/** A subport on a trunk. */
export interface SubportView {
  readonly portId: string;
  readonly vlanId: number;
}

/** The subports of one network on one trunk, sorted by their VLAN ids. */
export function subportsOf(
  cloud: Pick<Cloud, 'neutron'>,
  { networkId, trunkId }: { readonly networkId: string; readonly trunkId: string },
): Reading<SubportView[]> {
  return reading(
    `subports of network ${networkId} on trunk ${trunkId}`,
    async (signal) => {
      const [trunk, ports] = await Promise.all([
        cloud.neutron.trunk(trunkId, signal),
        cloud.neutron.ports({ network_id: networkId }, signal),
      ]);
      const own = new Set(ports.map(({ id }) => id));
      return (trunk?.sub_ports ?? [])
        .filter(({ port_id }) => own.has(port_id))
        .map(({ port_id, segmentation_id }) => ({ portId: port_id, vlanId: segmentation_id }))
        .sort((a, b) => a.vlanId - b.vlanId);
    },
    (subports) => `${subports.length} subports`,
  );
}
