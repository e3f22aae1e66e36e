/**
 * `lab down`: ends every process of the lab and removes every namespace, mount, control group and file
 * of its state. It needs no record of what `up` has done, so it also cleans up after a kill.
 */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';

import { cgroupHost, endGroup, labGroups, removeGroup } from './base/cgroups.ts';
import type { Layout } from './base/layout.ts';
import { run } from './base/shell.ts';
import { runSteps, type Say, type Step } from './base/steps.ts';

const graceMs = 1500;

async function endProcesses(): Promise<undefined> {
  const host = await cgroupHost();
  const [daemons, ...pods] = labGroups(host);
  // Containers go first and without ceremony: their runtime would otherwise try to save them.
  for (const group of pods) await endGroup(group, 0);
  if (daemons !== undefined) await endGroup(daemons, graceMs);
  for (const group of pods) await endGroup(group, 0);
  for (const group of [...pods, ...(daemons === undefined ? [] : [daemons])])
    await removeGroup(group);
  return undefined;
}

async function mountsUnder(folder: string): Promise<string[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return mounts
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path === folder || path.startsWith(`${folder}/`));
}

async function releaseMounts(layout: Layout): Promise<undefined> {
  // The last mounted first; the folder of the handles is a mount itself.
  for (const path of (await mountsUnder(layout.run)).reverse()) await run(['umount', '-l', path]);
  return undefined;
}

/** Takes the lab down; what was built stays in the cache. */
export async function down(layout: Layout, say: Say): Promise<void> {
  const steps: Step[] = [
    { name: 'processes ended', run: endProcesses },
    {
      name: 'namespaces and mounts released',
      after: ['processes ended'],
      run: () => releaseMounts(layout),
    },
    {
      name: 'state removed',
      after: ['namespaces and mounts released'],
      run: async () => {
        if (existsSync(layout.run)) await run(['rm', '-rf', '--one-file-system', layout.run]);
        await rm(`${layout.run}.lock`, { recursive: true, force: true });
        return undefined;
      },
    },
  ];
  await runSteps(steps, say);
}
