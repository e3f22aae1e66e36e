/**
 * Turns an interface as the controller has noted it into one of a network namespace: a VLAN device on
 * the node's link, or a port of the integration bridge.
 */
import type { Netns, Nic } from '../../seams.ts';
import { addressesOf, mtuOf, type Vif, vifData } from '../api/vif.ts';

/** The interface of a node that carries the VLANs of its pods. */
export function linkOf(node: Netns, wanted: string): Nic | undefined {
  const named = node.nics.find(({ name }) => name === wanted);
  return named ?? node.nics.find(({ attachment }) => attachment.kind === 'port');
}

/** What goes into the pod's namespace; throws with the text that the container runtime is told. */
export function nicOf(vif: Vif, node: Netns, linkName: string): Nic {
  const data = vifData(vif);
  const addresses = addressesOf(vif);
  const gateway = addresses.find((found) => found.gateway !== undefined)?.gateway;
  const common = {
    name: 'eth0',
    mac: data.address,
    mtu: mtuOf(vif),
    addresses: addresses.map(({ address, prefix }) => ({ address, prefix })),
    ...(gateway === undefined ? {} : { gateway }),
  };
  if (data.vlan_id === undefined) {
    return { ...common, attachment: { kind: 'port', portId: data.id } };
  }
  const link = linkOf(node, linkName);
  if (link?.attachment.kind !== 'port') {
    throw new Error(
      `There is no interface on node ${node.name} that could carry VLAN ${data.vlan_id}.`,
    );
  }
  if (link.mtu < common.mtu) {
    throw new Error(
      `MTU of interface ${link.name} (${link.mtu}) on node ${node.name} is smaller than that of the pod's network (${common.mtu}).`,
    );
  }
  const { portId: parentPortId } = link.attachment;
  return { ...common, attachment: { kind: 'vlan', parentPortId, vlanId: data.vlan_id } };
}
