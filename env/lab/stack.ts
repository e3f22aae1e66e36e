/**
 * The lab as a stack for the suite: it must be up, and it stays up afterwards.
 */
import { open, readdir } from 'node:fs/promises';

import { KubernetesAccess } from '../access/kubernetes.ts';
import { nodeFactOf } from '../access/nodes.ts';
import { runHere } from '../access/process.ts';
import { hostEnvironment } from '../config.ts';
import { StackError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { redact } from '../redaction.ts';
import type { EvidenceFile, Stack, StackFacts } from '../stack.ts';
import { logOf } from './base/daemons.ts';
import { type Layout, layoutOf } from './base/layout.ts';
import { enter } from './base/machines.ts';
import { labFaults, markBalancer } from './faults.ts';
import { stopPart } from './stopping.ts';
import { kuryrRelease } from './kuryr/programs.ts';
import { describeMachines, plainMachine } from './machines.ts';
import { profileProblem } from './pod-mode.ts';
import { type LabState, readState } from './state.ts';

const evidenceBytes = 256 * 1024;

async function completeState(layout: Layout): Promise<LabState> {
  const state = await readState(layout);
  if (state?.isComplete === true) return state;
  throw new StackError(
    'LAB_NOT_UP',
    `Opening the lab: ${state === undefined ? 'none is up on this host' : 'its last "up" did not go through'}. Run "npm run lab -- up" as root first.`,
  );
}

async function discover(layout: Layout, state: LabState): Promise<StackFacts> {
  using kubernetes = await KubernetesAccess.open(layout.kubeconfig);
  const version = await kubernetes.call('Reading the version of Kubernetes', (clients) =>
    clients.version.getCode(),
  );
  const nodes = await kubernetes.call('Listing nodes', (clients) => clients.core.listNode());
  return {
    kubernetes: version.gitVersion,
    nodes: nodes.items.map(nodeFactOf),
    openstackSeries: 'zed',
    kuryrVersion: kuryrRelease.version,
    standIns: state.standIns,
    components: state.components,
  };
}

async function endOf(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, evidenceBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}

async function kuryrLogs(layout: Layout): Promise<EvidenceFile[]> {
  const names = (await readdir(layout.logs))
    .map((file) => file.replace(/\.log$/, ''))
    .filter((name) => name.startsWith('kuryr-') || name === 'octavia-driver-agent');
  return Promise.all(
    names.map(async (name) => ({
      name: `${name}.log`,
      contentType: 'text/plain',
      body: redact(await endOf(logOf(layout, name))),
    })),
  );
}

/** Opens the lab that is up on this host. */
export async function openLab(profile: Profile): Promise<Stack> {
  const layout = layoutOf(hostEnvironment().cacheHome);
  const state = await completeState(layout);
  const problem = profileProblem(state.podMode, profile);
  if (problem !== undefined) throw new StackError('LAB_OTHER_MODE', problem);
  const machines = describeMachines(layout, state);
  return {
    profile,
    facts: await discover(layout, state),
    access: {
      kubeconfigPath: layout.kubeconfig,
      cloudsYamlPath: layout.cloudsYaml,
      cloudName: 'lab',
    },
    outside: (argv) => runHere([...enter(machines.outside), ...argv]),
    // Only its network: programs come from the file system of the host.
    machine: (argv) => runHere([...enter(plainMachine(machines)), ...argv]),
    evidence: () => kuryrLogs(layout),
    stop: (part) => stopPart({ layout, machines }, part),
    markBalancer: (id, status) => markBalancer(machines, id, status),
    faults: labFaults(machines),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
