/**
 * Control groups are how the lab knows its own processes: every daemon is started inside a group of its
 * own, its children stay there, and the kernel's list is right even after `up` was killed half-way.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const groupName = 'kuryr-conformance-lab';

/** Which cgroup hierarchies this host has. */
export interface CgroupHost {
  readonly version: 'v1' | 'v2';
  /** A hierarchy without controllers in use, in which daemons are kept. */
  readonly tracking: string;
  /** Hierarchies in which containers are placed. */
  readonly controllers: readonly string[];
}

/** Finds the cgroup hierarchies of this host. */
export async function cgroupHost(): Promise<CgroupHost> {
  const mounts = (await readFile('/proc/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' '));
  const unified = mounts.find((fields) => fields[2] === 'cgroup2')?.[1];
  const v1 = mounts.filter((fields) => fields[2] === 'cgroup').map((fields) => fields[1] ?? '');
  if (v1.length === 0) {
    return {
      version: 'v2',
      tracking: unified ?? '/sys/fs/cgroup',
      controllers: [unified ?? '/sys/fs/cgroup'],
    };
  }
  return { version: 'v1', tracking: unified ?? '/sys/fs/cgroup/systemd', controllers: v1 };
}

/** The group of one daemon. */
export function daemonGroup(host: CgroupHost, daemon: string): string {
  return join(host.tracking, groupName, daemon);
}

/** The groups of all daemons that were started, by the daemons' names. */
export async function daemonGroups(
  host: CgroupHost,
): Promise<{ readonly daemon: string; readonly group: string }[]> {
  const entries = await readdir(join(host.tracking, groupName), { withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ daemon: name, group: daemonGroup(host, name) }));
}

/** Name of the kubelet's cgroup root for a node, relative to each hierarchy. */
export function podsGroup(node: string): string {
  return `/${groupName}-pods/${node}`;
}

/**
 * How much all pods weigh beside one ordinary thread of the lab. The kernel shares out by group, and pods
 * are in one, while the cloud's daemons are not: with the usual weight a hundred pods would together get
 * what one thread of the database gets, though their nodes stand for machines of their own.
 */
const podsWeight = 8;

/** What the group of all pods is told about its weight: version 1 counts from 1024, version 2 from 100. */
async function giveWeight(host: CgroupHost, group: string): Promise<void> {
  const [file, usual] = host.version === 'v2' ? ['cpu.weight', 100] : ['cpu.shares', 1024];
  const path = join(group, file);
  if (existsSync(path)) await writeFile(path, String(usual * podsWeight));
}

/** Makes the pods' group of a node in every hierarchy and gives it the processors and memory nodes. */
export async function makePodsGroup(host: CgroupHost, node: string): Promise<void> {
  for (const hierarchy of host.controllers) {
    const group = join(hierarchy, podsGroup(node));
    await mkdir(group, { recursive: true });
    if (host.version === 'v2') {
      await writeFile(join(hierarchy, 'cgroup.subtree_control'), '+cpu +cpuset +memory +pids');
      await writeFile(join(group, '..', 'cgroup.subtree_control'), '+cpu +cpuset +memory +pids');
    } else if (existsSync(join(group, 'cpuset.cpus'))) {
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        const value = await readFile(join(hierarchy, file), 'utf8');
        await writeFile(join(group, '..', file), value);
        await writeFile(join(group, file), value);
      }
    }
    await giveWeight(host, join(group, '..'));
  }
}

async function subgroups(group: string): Promise<string[]> {
  if (!existsSync(group)) return [];
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => subgroups(join(group, entry.name))),
  );
  return [...below.flat(), group];
}

/** Process ids in a group and below it. */
export async function processesIn(group: string): Promise<number[]> {
  const lists = await Promise.all(
    (await subgroups(group)).map((each) =>
      readFile(join(each, 'cgroup.procs'), 'utf8').catch(() => ''),
    ),
  );
  return lists
    .join('\n')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/** Everything that the lab owns in the cgroup file systems. */
export function labGroups(host: CgroupHost): string[] {
  // runc makes the groups of containers in the unified hierarchy too, where it stands beside others.
  const hierarchies = new Set([...host.controllers, host.tracking]);
  return [
    join(host.tracking, groupName),
    ...[...hierarchies].map((hierarchy) => join(hierarchy, `${groupName}-pods`)),
  ];
}

/** Sends a signal to a process, which may have ended in the meantime. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has ended in the meantime, which is what was wanted.
  }
}

/** Ends every process of a group: first politely, after the grace (ms) for good. */
export async function endGroup(group: string, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  for (const pid of await processesIn(group)) signal(pid, 'SIGTERM');
  while ((await processesIn(group)).length > 0) {
    if (Date.now() > deadline) {
      for (const pid of await processesIn(group)) signal(pid, 'SIGKILL');
    }
    await delay(50);
  }
}

const leavingMs = 5_000;

/** Removes an empty group and its empty subgroups; the last process may take a moment to be gone. */
export async function removeGroup(group: string): Promise<void> {
  const deadline = Date.now() + leavingMs;
  for (const each of await subgroups(group)) await removeFolder(each, deadline);
}

async function removeFolder(group: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      await rmdir(group);
      return;
    } catch (error) {
      const isBusy = error instanceof Error && 'code' in error && error.code === 'EBUSY';
      if (!isBusy || Date.now() > deadline) throw error;
    }
    await delay(20);
  }
}
