/**
 * Plugs the machines into the cloud: the control plane on a plain port, every worker on a port that in
 * nested mode is the parent of a trunk, and the outside directly on the external network.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../errors.ts';
import type { DataPlane, Netns } from './seams.ts';
import { addresses, workerAddress } from './site-addresses.ts';
import type { Made, SiteApi } from './site-api.ts';
import type { SiteFacts } from './site.ts';

/** A machine of the stack, plugged in. */
export interface Machine {
  readonly name: string;
  readonly address: string;
  readonly netns: Netns;
}

/** Every machine. */
export interface Machines {
  readonly controlPlane: Machine;
  readonly workers: readonly Machine[];
  readonly outside: Netns;
}

/** What the wiring follows from. */
export interface WiringPlan {
  readonly api: SiteApi;
  readonly facts: SiteFacts;
  readonly dataPlane: DataPlane;
  readonly workers: number;
  readonly podMode: 'nested-vlan' | 'neutron-vif';
  readonly resourceTag: string;
}

/** Not "eth0": Kuryr deletes an interface of that name from a node on some CNI DELs. */
const nodeNic = 'ens3';
const portActiveMs = 10_000;

/** Makes and plugs every machine, and waits until the nodes' ports are ACTIVE. */
export async function plugMachines(plan: WiringPlan): Promise<Machines> {
  const names = Array.from({ length: plan.workers }, (_, index) => `worker-${index + 1}`);
  const [controlPlane, ...workers] = await Promise.all([
    machine(plan, { name: 'control-plane', address: addresses.controlPlane, isWorker: false }),
    ...names.map((name, index) =>
      machine(plan, { name, address: workerAddress(index), isWorker: true }),
    ),
  ]);
  return { controlPlane, workers, outside: outsideOf(plan) };
}

interface MachinePlan {
  readonly name: string;
  readonly address: string;
  readonly isWorker: boolean;
}

async function machine(
  plan: WiringPlan,
  { name, address, isWorker }: MachinePlan,
): Promise<Machine> {
  const { api, facts, dataPlane } = plan;
  const port = await api.make(
    { service: 'neutron', path: '/v2.0/ports', key: 'port' },
    {
      name: `node-${name}`,
      project_id: facts.project,
      network_id: facts.nodesNetwork,
      fixed_ips: [{ subnet_id: facts.nodesSubnet, ip_address: address }],
      security_groups: [facts.allowAllGroup],
      device_owner: 'compute:nova',
      device_id: name,
    },
  );
  if (isWorker) await asWorker(plan, name, port);
  // As Nova does it: ML2/OVS makes no trunk of a port that is bound already.
  await api.put(
    { service: 'neutron', path: `/v2.0/ports/${port.id}` },
    { port: { 'binding:host_id': name } },
  );
  const netns = dataPlane.createNetns(name, name);
  netns.addNic({
    name: nodeNic,
    mac: port.mac_address,
    addresses: [{ address, prefix: 24 }],
    mtu: facts.nodesMtu,
    gateway: addresses.nodesGateway,
    attachment: { kind: 'port', portId: port.id },
  });
  await active(api, port);
  return { name, address, netns };
}

async function asWorker(
  { api, facts, ...plan }: WiringPlan,
  name: string,
  port: Made,
): Promise<void> {
  // Kuryr looks a parent port up by the tag of its own configuration.
  const path = `/v2.0/ports/${port.id}/tags`;
  await api.put({ service: 'neutron', path }, { tags: [plan.resourceTag] });
  if (plan.podMode !== 'nested-vlan') return;
  await api.make(
    { service: 'neutron', path: '/v2.0/trunks', key: 'trunk' },
    { name: `trunk-${name}`, project_id: facts.project, port_id: port.id },
  );
}

async function active(api: SiteApi, { id }: Made): Promise<void> {
  const deadline = Date.now() + portActiveMs;
  const place = { service: 'neutron', path: `/v2.0/ports/${id}`, key: 'port' } as const;
  for (;;) {
    const { status } = await api.get(place);
    if (status === 'ACTIVE') return;
    if (Date.now() > deadline) {
      throw new StackError('STACK_NOT_STARTED', `Plugging a node: port ${id} stays ${status}.`);
    }
    await pause(20);
  }
}

function outsideOf({ dataPlane, facts }: WiringPlan): Netns {
  const netns = dataPlane.createNetns('outside', '');
  netns.addNic({
    name: 'eth0',
    mac: '52:54:00:00:00:01',
    addresses: [{ address: addresses.outside, prefix: 24 }],
    mtu: 1500,
    attachment: { kind: 'external', networkId: facts.externalNetwork },
  });
  return netns;
}
