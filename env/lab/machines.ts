/**
 * The machines of the lab: the hypervisor with the cloud's services, the control plane, the workers and
 * the place outside the cluster.
 */
import { join } from 'node:path';

import { type Layout, workerAddress, workerName } from './base/layout.ts';
import { type Machine, makeDisk, makeNetwork, prepareHandles } from './base/machines.ts';
import { chassis } from './cloud/ovn.ts';
import { workerBinds, type Worker } from './cluster/node.ts';
import { programsMount } from './cluster/control-plane.ts';
import { pkiMount } from './cluster/pki.ts';
import { kuryrMount } from './kuryr/programs.ts';
import type { LabShape } from './pod-mode.ts';
import { run } from './base/shell.ts';

/** Every machine of a running lab. */
export interface LabMachines {
  /** The cloud's services: the lab's root, the host's network (loopback addresses only). */
  readonly cloud: Machine;
  /** The hypervisor: Open vSwitch, in a network of its own. */
  readonly hypervisor: Machine;
  /** Where OVN's controller runs: programs of the cloud's root in the hypervisor's network. */
  readonly ovnController: Machine;
  /** The name under which Neutron knows the hypervisor. */
  readonly hypervisorHost: string;
  readonly controlPlane: Machine;
  readonly workers: readonly Worker[];
  /** A network outside the cluster, on the provider network; the host's own file system. */
  readonly outside: Machine;
}

/** Folders from which the machines' file systems are put together. */
export interface MachineParts {
  readonly root: string;
  readonly switchRoot: string;
  readonly cloudLayer: string;
  readonly kubernetes: string;
  readonly kuryr: string;
}

/** Handles of the machines, whether they exist or not. */
export function describeMachines(layout: Layout, { workers, podMode }: LabShape): LabMachines {
  const net = (name: string): string => join(layout.namespaces, `${name}.net`);
  const mount = (name: string): string => join(layout.namespaces, `${name}.mnt`);
  const own = (name: string): Machine => ({ name, net: net(name), mount: mount(name) });
  const worker = (name: string): Machine =>
    podMode === 'nested' ? own(name) : { name, net: net('hypervisor'), mount: mount(name) };
  return {
    cloud: { name: 'cloud', mount: mount('cloud') },
    hypervisor: own('hypervisor'),
    ovnController: { name: 'ovn-controller', net: net('hypervisor'), mount: mount('cloud') },
    // Kuryr binds the port of a bare pod to the name of its node.
    hypervisorHost: podMode === 'nested' ? chassis : workerName(0),
    controlPlane: own('control-plane'),
    workers: Array.from({ length: workers }, (_, index) => ({
      machine: worker(workerName(index)),
      address: workerAddress(index),
    })),
    outside: { name: 'outside', net: net('outside') },
  };
}

/** The network of the control plane, which is no node: its port is a plain one on the network of the nodes. */
export function plainMachine({ controlPlane: { name, net = '' } }: LabMachines): Machine {
  return { name, net };
}

/** Every machine under the name by which the command line knows it. */
export function machinesByName(machines: LabMachines): Map<string, Machine> {
  const all = [
    machines.cloud,
    machines.hypervisor,
    machines.controlPlane,
    ...machines.workers.map((worker) => worker.machine),
    machines.outside,
  ];
  return new Map(all.map((machine) => [machine.name, machine]));
}

/** Makes every machine of the lab or finds it made. */
export async function makeMachines(
  layout: Layout,
  shape: LabShape,
  parts: MachineParts,
): Promise<LabMachines> {
  await prepareHandles(layout);
  const machines = describeMachines(layout, shape);
  const sockets = join(layout.run, 'sockets');
  await run(['mkdir', '-p', sockets, layout.pki, join(layout.run, 'openvswitch')]);
  const shared = { [sockets]: '/run/lab', [layout.pki]: pkiMount, [parts.kuryr]: kuryrMount };
  const programs = { [parts.kubernetes]: programsMount };
  const net = await makeNetwork(layout, 'hypervisor');
  await makeNetwork(layout, 'outside');
  const switchSockets = { [join(layout.run, 'openvswitch')]: '/run/openvswitch' };
  await makeDisk(
    layout,
    { name: 'hypervisor', net },
    { lower: [parts.switchRoot], binds: switchSockets },
  );
  await makeDisk(
    layout,
    { name: 'cloud' },
    { lower: [parts.cloudLayer, parts.root], binds: { ...shared, ...switchSockets } },
  );
  const own = [machines.controlPlane, ...machines.workers.map((worker) => worker.machine)];
  for (const machine of own) {
    const isWorker = machine !== machines.controlPlane;
    const isHypervisor = machine.net === machines.hypervisor.net;
    const binds = {
      ...(isWorker ? await workerBinds(layout, machine.name) : {}),
      ...(isHypervisor ? switchSockets : {}),
    };
    await makeDisk(
      layout,
      {
        name: machine.name,
        net: isHypervisor ? net : await makeNetwork(layout, machine.name),
      },
      { lower: [parts.root], binds: { ...shared, ...programs, ...binds } },
    );
  }
  return machines;
}
