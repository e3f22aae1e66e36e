/**
 * The hypervisor's own interface on the integration bridge, for the node that shares its network
 * namespace: what DevStack's plugin of Kuryr calls the kubelet's port.
 */
import { type Machine, on } from '../base/machines.ts';

/** An interface that the switch itself makes, in its own network namespace. */
export interface InternalPort {
  readonly nic: string;
  readonly address: string;
  readonly mac: string;
  readonly mtu: number;
  readonly gateway: string;
  /** Neutron port that the interface is. */
  readonly portId: string;
}

/** The words by which Open vSwitch makes the interface; MAC and MTU are its business, as it makes it anew when it starts. */
export function internalPortWords(port: InternalPort): string[] {
  return [
    ...['--may-exist', 'add-port', 'br-int', port.nic],
    ...['--', 'set', 'interface', port.nic, 'type=internal'],
    `mac="${port.mac}"`,
    `mtu_request=${port.mtu}`,
    `external_ids:iface-id=${port.portId}`,
    'external_ids:iface-status=active',
    `external_ids:attached-mac=${port.mac}`,
  ];
}

/** Gives the hypervisor's namespace an address of the nodes' network; does nothing when it has it. */
export async function plugInternal(hv: Machine, port: InternalPort): Promise<void> {
  // Beside the switch in user space the kernel too sees what arrives at each port. It must neither forward
  // that nor answer ARP there for an address of another interface: the control plane, for one, would learn
  // the MAC of its own cable as that of the node.
  const kernel = ['net.ipv4.ip_forward=0', 'net.ipv4.conf.all.arp_ignore=1'];
  await on(hv, 'sysctl', '-qw', ...kernel);
  await on(hv, 'ovs-vsctl', '-t', '30', ...internalPortWords(port));
  await on(hv, 'ip', 'link', 'set', port.nic, 'up');
  await on(hv, 'ip', 'addr', 'replace', port.address, 'dev', port.nic);
  await on(hv, 'ip', 'route', 'replace', 'default', 'via', port.gateway);
}
