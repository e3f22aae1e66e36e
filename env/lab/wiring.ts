/**
 * Plugs the machines into the cloud: the control plane on a plain Neutron port, every nested worker on
 * the parent port of a trunk (so that every node can carry subports), a bare worker on a port of the
 * switch beside it, and the outside on the provider network.
 */
import { addresses, nodeNic } from './base/layout.ts';
import { type Machine, on } from './base/machines.ts';
import { waitFor } from './base/wait.ts';
import { plugInternal } from './cloud/internal-port.ts';
import { plug } from './cloud/ovn.ts';
import type { TenantFacts } from './cloud/tenant.ts';
import type { CloudObject, TenantNetworks } from './cloud/tenant-networks.ts';
import { resourceTag } from './kuryr/config.ts';
import type { LabMachines } from './machines.ts';

/** MTU of Geneve networks on a 1500 byte underlay. */
const nodeMtu = 1442;

interface NodePort {
  readonly machine: Machine;
  readonly address: string;
  /** What the port is to the node: its only link, the parent of a trunk, or its place on its own switch. */
  readonly role: 'plain' | 'trunk' | 'own-switch';
}

function portName(machine: Machine): string {
  return `node-${machine.name}`;
}

interface NodeCloud {
  readonly networks: TenantNetworks;
  readonly tenant: TenantFacts;
  /** The hypervisor on which the ports are bound. */
  readonly host: string;
}

async function nodePort(
  { networks, tenant, host }: NodeCloud,
  node: NodePort,
): Promise<CloudObject> {
  const port = await networks.ensure('ports', portName(node.machine), {
    network_id: tenant.nodesNetwork,
    fixed_ips: [{ subnet_id: tenant.nodesSubnet, ip_address: node.address }],
    security_groups: [tenant.allowAllGroup],
    device_owner: 'compute:nova',
    device_id: node.machine.name,
    'binding:host_id': host,
  });
  if (node.role === 'trunk') {
    // Kuryr looks the parent port up by the tag of its own configuration.
    await networks.tag('ports', port.id, [resourceTag]);
    await networks.ensure('trunks', `trunk-${node.machine.name}`, { port_id: port.id });
  }
  return port;
}

/** Name of a machine's interface at the switch. */
export function linkOf(machine: Machine): string {
  return `v-${machine.name}`.slice(0, 15);
}

async function plugNode(
  machines: LabMachines,
  node: { readonly at: NodePort; readonly port: CloudObject },
): Promise<void> {
  const { at, port } = node;
  if (at.role === 'own-switch') {
    await plugInternal(machines.hypervisor, {
      nic: nodeNic,
      address: `${at.address}/24`,
      mac: port.mac_address ?? '',
      mtu: nodeMtu,
      gateway: addresses.nodesGateway,
      portId: port.id,
    });
    return;
  }
  await plug(machines.hypervisor, {
    net: at.machine.net ?? '',
    nic: nodeNic,
    link: linkOf(at.machine),
    bridge: 'br-int',
    address: `${at.address}/24`,
    mtu: nodeMtu,
    gateway: addresses.nodesGateway,
    portId: port.id,
    ...(port.mac_address === undefined ? {} : { mac: port.mac_address }),
  });
  await on(at.machine, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
}

/** Wires every machine. */
export async function wireMachines(
  machines: LabMachines,
  cloud: { readonly networks: TenantNetworks; readonly tenant: TenantFacts },
): Promise<void> {
  const roleOf = ({ net }: Machine): NodePort['role'] =>
    net === machines.hypervisor.net ? 'own-switch' : 'trunk';
  const nodes: NodePort[] = [
    { machine: machines.controlPlane, address: addresses.controlPlane, role: 'plain' },
    ...machines.workers.map((worker) => ({ ...worker, role: roleOf(worker.machine) })),
  ];
  await Promise.all(
    nodes.map(async (at) => {
      const port = await nodePort({ ...cloud, host: machines.hypervisorHost }, at);
      await plugNode(machines, { at, port });
    }),
  );
  await plug(machines.hypervisor, {
    net: machines.outside.net ?? '',
    nic: 'eth0',
    link: 'v-outside',
    bridge: 'br-ex',
    address: `${addresses.outside}/24`,
  });
}

/** Waits until Neutron has seen every node's port come up. */
export async function waitForNodePorts(
  machines: LabMachines,
  networks: TenantNetworks,
): Promise<void> {
  const nodes = [machines.controlPlane, ...machines.workers.map((worker) => worker.machine)];
  for (const machine of nodes) {
    await waitFor(
      { until: `the port of node ${machine.name} is ACTIVE`, withinMs: 60_000 },
      async () => (await networks.find('ports', portName(machine)))?.status === 'ACTIVE',
    );
  }
}
