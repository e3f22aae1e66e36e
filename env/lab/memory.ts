/**
 * How much memory the lab takes: the proportional set size of all its processes, containers included.
 */
import { readFile } from 'node:fs/promises';

import { cgroupHost, daemonGroups, labGroups, processesIn } from './base/cgroups.ts';

/** The lab's processes and their memory at one moment. */
export interface MemoryUse {
  readonly processes: number;
  readonly mebibytes: number;
  /** In MiB: each daemon by its name, with its children, and the containers of all nodes as `pods`. */
  readonly byProgram: ReadonlyMap<string, number>;
}

/** What the lab's containers are together called beside its daemons. */
const containers = 'pods';

async function proportionalKib(pid: number): Promise<number> {
  // A process may end between the listing and the look.
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
}

/** Adds up the memory of every process of the lab; shared pages count once. */
export async function memoryUse(): Promise<MemoryUse> {
  const host = await cgroupHost();
  const owners = new Map<number, string>();
  for (const pid of (await Promise.all(labGroups(host).map(processesIn))).flat())
    owners.set(pid, containers);
  for (const { daemon, group } of await daemonGroups(host))
    for (const pid of await processesIn(group)) owners.set(pid, daemon);

  const kib = new Map<string, number>();
  for (const [pid, owner] of owners)
    kib.set(owner, (kib.get(owner) ?? 0) + (await proportionalKib(pid)));
  const sum = [...kib.values()].reduce((total, each) => total + each, 0);
  return {
    processes: owners.size,
    mebibytes: Math.round(sum / 1024),
    byProgram: new Map([...kib].map(([owner, size]) => [owner, Math.round(size / 1024)])),
  };
}
