/**
 * How much memory the lab takes: the proportional set size of all its processes, containers included.
 */
import { readFile } from 'node:fs/promises';

import { cgroupHost, labGroups, processesIn } from './base/cgroups.ts';

/** The lab's processes and their memory at one moment. */
export interface MemoryUse {
  readonly processes: number;
  readonly mebibytes: number;
}

async function proportionalKib(pid: number): Promise<number> {
  // A process may end between the listing and the look.
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
}

/** Adds up the memory of every process of the lab; shared pages count once. */
export async function memoryUse(): Promise<MemoryUse> {
  const groups = labGroups(await cgroupHost());
  const pids = new Set((await Promise.all(groups.map(processesIn))).flat());
  const sizes = await Promise.all([...pids].map(proportionalKib));
  const kib = sizes.reduce((sum, each) => sum + each, 0);
  return { processes: pids.size, mebibytes: Math.round(kib / 1024) };
}
