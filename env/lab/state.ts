/**
 * What `up` writes down about the lab it has made: read by `status`, `down`, `shell` and by the suite.
 */
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

import { StackError } from '../errors.ts';
import type { Layout } from './base/layout.ts';
import { podModes } from './pod-mode.ts';

const form = z.strictObject({
  workers: z.int().min(1),
  // A lab that was started before there was a choice is a nested one.
  podMode: z.enum(podModes).default('nested'),
  facts: z.strictObject({
    datapath: z.enum(['system', 'netdev']),
    vlan: z.enum(['8021q', 'tcx-ebpf']),
    cgroups: z.enum(['v1', 'v2']),
  }),
  components: z.record(z.string(), z.string()),
  standIns: z.array(z.string()),
  /** Whether the last `up` went through to its end. */
  isComplete: z.boolean(),
});

/** The description of a lab that is up, or on its way. */
export type LabState = z.output<typeof form>;

/** Reads the state; undefined when no lab was started. */
export async function readState(layout: Layout): Promise<LabState | undefined> {
  if (!existsSync(layout.state)) return undefined;
  const parsed = form.safeParse(JSON.parse(await readFile(layout.state, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new StackError(
    'LAB_STATE_UNREADABLE',
    `Reading "${layout.state}": found another form than this version writes. Run "npm run lab -- down" and then "up".`,
  );
}

/** Writes the state so that a kill leaves the old or the new one. */
export async function writeState(layout: Layout, state: LabState): Promise<void> {
  await writeFile(`${layout.state}.partial`, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(`${layout.state}.partial`, layout.state);
}
