/**
 * `lab status`: walks the chain that the lab depends on, link by link, and names the broken one. It
 * looks and never mends.
 */
import { OpenStackSession } from '../access/openstack.ts';
import { isAlive } from './base/daemons.ts';
import { addresses, type Layout, nodeNic } from './base/layout.ts';
import { enter, type Machine } from './base/machines.ts';
import { attempt } from './base/shell.ts';
import { parentKeeper } from './cloud/parent-keeper.ts';
import { apiServerReady } from './cluster/control-plane.ts';
import { dnsProblem } from './cluster/dns.ts';
import type { Worker } from './cluster/node.ts';
import { LabCluster } from './cluster/objects.ts';
import { sandboxKeeper } from './cluster/sandbox-keeper.ts';
import { describeMachines, type LabMachines } from './machines.ts';
import { bridgeProblem, type NodePort, nodePortProblem, nodePorts } from './node-ports.ts';
import type { PodMode } from './pod-mode.ts';
import type { LabState } from './state.ts';

/** One link of the chain: what must be so, and what was found when it is not. */
export interface Link {
  readonly name: string;
  /** Undefined when the link holds, else one sentence. */
  readonly problem: string | undefined;
}

/** A check that has not been made yet. */
interface Check {
  readonly name: string;
  readonly look: () => Promise<string | undefined>;
}

const singleDaemons = [
  'ovsdb',
  'ovn-nb',
  'ovn-sb',
  'ovs-vswitchd',
  'ovn-northd',
  'ovn-controller',
  'mariadb',
  'keystone',
  'neutron',
  'octavia-api',
  'octavia-driver-agent',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'api-relay-inner',
  'api-relay-outer',
  'kuryr-controller',
  sandboxKeeper,
];

const workerDaemons = ['containerd', 'kubelet', 'kuryr-daemon'];

function processChecks(machines: LabMachines, podMode: PodMode): Check[] {
  const names = [
    ...singleDaemons,
    ...(podMode === 'nested' ? [parentKeeper] : []),
    ...machines.workers.flatMap((worker) =>
      workerDaemons.map((daemon) => `${daemon}-${worker.machine.name}`),
    ),
  ];
  return names.map((name) => ({
    name: `process ${name}`,
    look: async () =>
      (await isAlive(name))
        ? undefined
        : `"${name}" has no process: its log ("lab logs ${name}") tells why; "lab up" starts it again`,
  }));
}

async function answers(machine: Machine, url: string): Promise<string | undefined> {
  const code = await attempt([
    ...enter(machine),
    'curl',
    '-sk',
    '-m',
    '5',
    '-o',
    '/dev/null',
    '-w',
    '%{http_code}',
    url,
  ]);
  return code?.trim() === '200'
    ? undefined
    : `${url} answers ${code?.trim() ?? 'nothing (no route, or nobody listens)'}`;
}

function nodeNetworkChecks(worker: Worker): Check[] {
  const { machine } = worker;
  const api = `https://${addresses.controlPlane}:${addresses.kubernetesPort}/version`;
  return [
    {
      name: `node ${machine.name}: address and default route`,
      look: async () => {
        const route = await attempt([...enter(machine), 'ip', 'route', 'show', 'default']);
        const address = await attempt([
          ...enter(machine),
          'ip',
          '-4',
          '-o',
          'addr',
          'show',
          nodeNic,
        ]);
        if (address?.includes(` ${worker.address}/`) !== true)
          return `${nodeNic} of ${machine.name} lacks the address ${worker.address} of its Neutron port`;
        return route?.includes(addresses.nodesGateway) === true
          ? undefined
          : `${machine.name} has no default route by ${addresses.nodesGateway}`;
      },
    },
    { name: `node ${machine.name}: API server`, look: () => answers(machine, api) },
    {
      name: `node ${machine.name}: API server through its load balancer`,
      look: () => answers(machine, `https://${addresses.kubernetesService}/version`),
    },
    {
      name: `node ${machine.name}: kubelet`,
      look: () => answers(machine, 'http://127.0.0.1:10248/healthz'),
    },
    {
      name: `node ${machine.name}: Kuryr CNI daemon ready`,
      look: () => answers(machine, `http://127.0.0.1:${addresses.daemonHealthPort}/ready`),
    },
  ];
}

/** Whether a bare node reaches the switch that it shares with the hypervisor. */
function bridgeChecks(worker: Worker, { podMode, facts }: LabState): Check[] {
  const { machine } = worker;
  const ask = ['ovs-vsctl', '-t', '5', 'get', 'bridge', 'br-int', 'datapath_type'];
  const check: Check = {
    name: `node ${machine.name}: bridge of its pods`,
    look: async () =>
      bridgeProblem(machine.name, await attempt([...enter(machine), ...ask]), facts.datapath),
  };
  return podMode === 'bare' ? [check] : [];
}

const portChecks = {
  nested: 'trunk parent',
  bare: 'port on the switch',
} as const satisfies Record<PodMode, string>;

function cloudChecks(layout: Layout, machines: LabMachines, podMode: PodMode): Check[] {
  const ports = async (): Promise<Map<string, NodePort>> => {
    const session = await OpenStackSession.open({
      cloudsYamlPath: layout.cloudsYaml,
      cloudName: 'lab',
    });
    return nodePorts(
      session,
      machines.workers.map((worker) => worker.address),
    );
  };
  const shared = ports();
  shared.catch(() => undefined);
  return [
    {
      name: 'Keystone, Neutron',
      look: async () => {
        await shared;
        return undefined;
      },
    },
    ...machines.workers.map((worker) => ({
      name: `node ${worker.machine.name}: ${portChecks[podMode]}`,
      look: async () =>
        nodePortProblem(podMode, worker.machine.name, (await shared).get(worker.address)),
    })),
  ];
}

function clusterChecks(layout: Layout, machines: LabMachines): Check[] {
  return [
    {
      name: 'API server from the host',
      look: async () =>
        (await apiServerReady(layout)) ? undefined : 'the API server does not say it is ready',
    },
    {
      name: 'nodes Ready',
      look: async () => {
        const bad = (await new LabCluster(layout).nodes())
          .filter((node) => !node.isReady)
          .map((node) => node.name);
        return bad.length === 0 ? undefined : `not Ready: ${bad.join(', ')}`;
      },
    },
    ...['alive', 'ready'].map((word) => ({
      name: `Kuryr controller ${word}`,
      look: () =>
        answers(machines.cloud, `http://127.0.0.1:${addresses.controllerHealthPort}/${word}`),
    })),
    {
      name: 'cluster DNS',
      look: () => dnsProblem(machines.workers[0]?.machine ?? machines.controlPlane),
    },
  ];
}

async function made(check: Check): Promise<Link> {
  try {
    return { name: check.name, problem: await check.look() };
  } catch (error) {
    return { name: check.name, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Checks every link of a lab; the first broken one in the list is the likely cause of the others. */
export async function inspect(layout: Layout, state: LabState): Promise<Link[]> {
  const machines = describeMachines(layout, state);
  const checks = [
    ...processChecks(machines, state.podMode),
    ...cloudChecks(layout, machines, state.podMode),
    ...machines.workers.flatMap((worker) => bridgeChecks(worker, state)),
    ...machines.workers.flatMap(nodeNetworkChecks),
    ...clusterChecks(layout, machines),
  ];
  return Promise.all(checks.map(made));
}
