/**
 * Disturbances of the lab from below: OVN's northbound database, signals, the nodes' interfaces and
 * Octavia's database. Each one gives the way back; nothing here is used by `up` or `down`.
 */
import { randomUUID } from 'node:crypto';

import { StackError } from '../errors.ts';
import type { BalancerStatus, FaultPort, PacketRule, SuspendablePart, WayBack } from '../stack.ts';
import { cgroupHost, daemonGroup, processesIn } from './base/cgroups.ts';
import { enter, type Machine, on } from './base/machines.ts';
import { run, succeeds } from './base/shell.ts';
import type { LabMachines } from './machines.ts';

/** Above the rules that Neutron writes for security groups (1001 and 1002), below OVN's limit. */
const priority = '32000';

/** Neutron's name for the logical switch of a network. */
const switchOf = (networkId: string): string => `neutron-${networkId}`;

async function overrule(cloud: Machine, networkId: string, rule: PacketRule): Promise<WayBack> {
  const { match, action } = rule;
  // Packets are judged when they leave a port of the switch and when they enter one.
  const directions = ['from-lport', 'to-lport'];
  for (const direction of directions) {
    const words = [switchOf(networkId), direction, priority, match, action];
    await on(cloud, 'ovn-nbctl', '--may-exist', 'acl-add', ...words);
  }
  return async () => {
    // The switch goes with its namespace.
    if (!(await hasSwitch(cloud, networkId))) return;
    for (const direction of directions) {
      await on(cloud, 'ovn-nbctl', 'acl-del', switchOf(networkId), direction, priority, match);
    }
  };
}

async function hasSwitch(cloud: Machine, networkId: string): Promise<boolean> {
  const words = ['--bare', '--columns=name', 'find', 'logical_switch'];
  const found = await on(cloud, 'ovn-nbctl', ...words, `name=${switchOf(networkId)}`);
  return found.trim() !== '';
}

/** The groups in which the processes of a part are. */
function groupsOf(part: SuspendablePart, { workers }: LabMachines): string[] {
  return part === 'kuryr-daemon'
    ? workers.map(({ machine }) => `kuryr-daemon-${machine.name}`)
    : [part];
}

async function signalAll(daemons: readonly string[], signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const host = await cgroupHost();
  for (const daemon of daemons) {
    const pids = await processesIn(daemonGroup(host, daemon));
    if (pids.length === 0) {
      throw new StackError(
        'LAB_NO_PROCESS',
        `Sending ${signal} to "${daemon}": it has no process. "npm run lab -- up" starts it again.`,
      );
    }
    for (const pid of pids) process.kill(pid, signal);
  }
}

/** The process that holds the namespaces of a pod. */
async function sandboxOf(node: Machine, namespace: string, name: string): Promise<string> {
  const labels = [
    `labels."io.kubernetes.pod.namespace"==${namespace}`,
    `labels."io.kubernetes.pod.name"==${name}`,
    'labels."io.cri-containerd.kind"==sandbox',
  ];
  const ctr = ['ctr', '--namespace', 'k8s.io'];
  const id = (await on(node, ...ctr, 'containers', 'list', '--quiet', labels.join(','))).trim();
  const tasks = await on(node, ...ctr, 'tasks', 'list');
  const pid = tasks
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([task]) => task !== '' && task === id)?.[1];
  if (pid !== undefined) return pid;
  throw new StackError(
    'LAB_NO_SANDBOX',
    `Looking for the sandbox of pod "${namespace}/${name}" on ${node.name}: containerd has none.`,
  );
}

async function limitPackets(
  node: Machine,
  pod: { readonly namespace: string; readonly name: string },
  bytes: number,
): Promise<WayBack> {
  const pid = await sandboxOf(node, pod.namespace, pod.name);
  const inside = await run(['nsenter', `--net=/proc/${pid}/ns/net`, 'ip', '-o', 'link', 'show']);
  const peer = /eth0@if(\d+):/.exec(inside)?.[1] ?? '';
  const links = await on(node, 'ip', '-o', 'link', 'show');
  const [, link = '', mtu = ''] =
    new RegExp(`^${peer}: ([^@:]+)\\S* .*? mtu (\\d+)`, 'm').exec(links) ?? [];
  if (link === '') {
    throw new StackError(
      'LAB_NO_LINK',
      `Looking for the interface of pod "${pod.namespace}/${pod.name}" on ${node.name}: its eth0 has no end there.`,
    );
  }
  const set = (value: string): Promise<string> => on(node, 'ip', 'link', 'set', link, 'mtu', value);
  await set(String(bytes));
  return async () => {
    // The interface goes with its pod.
    if (await succeeds([...enter(node), 'ip', 'link', 'show', link])) await set(mtu);
  };
}

/** The router's own address in front of what its balancers send on, and no balancers at the switches. */
async function hideClients(
  cloud: Machine,
  routerId: string,
  networkIds: readonly string[],
): Promise<WayBack> {
  const router = `neutron-${routerId}`;
  const option = 'lb_force_snat_ip';
  await on(cloud, 'ovn-nbctl', 'set', 'logical_router', router, `options:${option}=router_ip`);
  const taken = await Promise.all(
    networkIds.map(async (id) => {
      const words = ['--bare', '--columns=load_balancer', 'list', 'logical_switch', switchOf(id)];
      const balancers = (await on(cloud, 'ovn-nbctl', ...words)).trim().split(/\s+/);
      await on(cloud, 'ovn-nbctl', 'ls-lb-del', switchOf(id));
      return { id, balancers: balancers.filter((balancer) => balancer !== '') };
    }),
  );
  return async () => {
    await on(cloud, 'ovn-nbctl', 'remove', 'logical_router', router, 'options', option);
    for (const { id, balancers } of taken) {
      if (!(await hasSwitch(cloud, id))) continue;
      for (const balancer of balancers) {
        const words = ['--may-exist', 'ls-lb-add', switchOf(id), balancer];
        // The balancer may have gone with its Service.
        await succeeds([...enter(cloud), 'ovn-nbctl', ...words]);
      }
    }
  };
}

async function octaviaSql(cloud: Machine, statement: string): Promise<void> {
  await run([...enter(cloud), 'mariadb', '-S', '/run/mysqld/mysqld.sock', 'octavia'], {
    input: `${statement};\n`,
  });
}

/** Ids go into SQL as text, so that nothing else may come in their place. */
function idIn(text: string): string {
  if (/^[0-9a-f-]{36}$/.test(text)) return text;
  throw new StackError('LAB_NO_ID', `Writing to Octavia's database: "${text}" is no id.`);
}

/** Writes a provisioning status into Octavia's database. */
export async function markBalancer(
  { cloud }: LabMachines,
  loadBalancerId: string,
  status: BalancerStatus,
): Promise<void> {
  await octaviaSql(
    cloud,
    `UPDATE load_balancer SET provisioning_status = '${status}' WHERE id = '${idIn(loadBalancerId)}'`,
  );
}

/** The ways in which a lab can be disturbed. */
export function labFaults(machines: LabMachines): FaultPort {
  const { cloud } = machines;
  return {
    overrule: (networkId, rule) => overrule(cloud, networkId, rule),
    suspend: async (part) => {
      const daemons = groupsOf(part, machines);
      await signalAll(daemons, 'SIGSTOP');
      return () => signalAll(daemons, 'SIGCONT');
    },
    limitPackets: async (pod, bytes) => {
      const worker = machines.workers.find(({ machine }) => machine.name === pod.node);
      if (worker === undefined)
        throw new StackError('LAB_NO_MACHINE', `The lab has no node "${pod.node}".`);
      return limitPackets(worker.machine, pod, bytes);
    },
    rewriteProvider: async (loadBalancerId, provider) => {
      const where = `WHERE id = '${idIn(loadBalancerId)}'`;
      if (!/^[a-z]+$/.test(provider)) {
        throw new StackError('LAB_NO_PROVIDER', `"${provider}" is no name of a provider.`);
      }
      await octaviaSql(cloud, `UPDATE load_balancer SET provider = '${provider}' ${where}`);
      return () => octaviaSql(cloud, `UPDATE load_balancer SET provider = 'ovn' ${where}`);
    },
    hideClients: (routerId, networkIds) => hideClients(cloud, routerId, networkIds),
    plantAmphora: async (loadBalancerId) => {
      const id = randomUUID();
      await octaviaSql(
        cloud,
        'INSERT INTO amphora (id, load_balancer_id, status, role, cert_busy, created_at) ' +
          `VALUES ('${id}', '${idIn(loadBalancerId)}', 'ALLOCATED', 'STANDALONE', 0, NOW())`,
      );
      return () => octaviaSql(cloud, `DELETE FROM amphora WHERE id = '${id}'`);
    },
  };
}
