/**
 * Starts the program that removes the sandboxes of pods that are gone, for all workers at once.
 */
import { fileURLToPath } from 'node:url';

import { cgroupHost, daemonGroup } from '../base/cgroups.ts';
import { startDaemon } from '../base/daemons.ts';
import type { Layout } from '../base/layout.ts';
import { containerdOf, type Worker } from './node.ts';

/** Name of the program. */
export const sandboxKeeper = 'sandbox-keeper';

const program = fileURLToPath(new URL('sandbox-keeper.mjs', import.meta.url));

/** Starts the keeper of the workers' sandboxes. */
export async function startSandboxKeeper(
  layout: Layout,
  workers: readonly Worker[],
): Promise<void> {
  const host = await cgroupHost();
  await startDaemon(layout, {
    name: sandboxKeeper,
    // It speaks to each containerd through the root of its process.
    machine: { name: 'host' },
    argv: [
      process.execPath,
      program,
      ...workers.map(({ machine }) => daemonGroup(host, containerdOf(machine))),
    ],
  });
}
