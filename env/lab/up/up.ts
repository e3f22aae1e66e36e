/**
 * `lab up`: from a bare host to a ready cluster, as steps that can be repeated and resumed.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { StackError } from '../../errors.ts';
import { hostFacts, requireHost } from '../base/host.ts';
import type { Layout } from '../base/layout.ts';
import { runSteps, type Say, type StepTime } from '../base/steps.ts';
import { components, standIns } from '../components.ts';
import { otherModeProblem } from '../pod-mode.ts';
import { pruneBeside } from '../prune.ts';
import { type LabState, readState, writeState } from '../state.ts';
import { cloudSteps, wiringSteps } from './cloud.ts';
import { clusterSteps } from './cluster.ts';
import { kuryrSteps } from './kuryr.ts';
import { Making, type UpOptions } from './making.ts';
import { cachedParts } from './parts.ts';

async function refuseOtherMode(layout: Layout, { podMode }: UpOptions): Promise<void> {
  const problem = otherModeProblem((await readState(layout))?.podMode, podMode);
  if (problem !== undefined) throw new StackError('LAB_OTHER_MODE', problem);
}

/** Brings the lab up; gives the time of each step. */
export async function up(layout: Layout, options: UpOptions, say: Say): Promise<StepTime[]> {
  await mkdir(layout.cache, { recursive: true, mode: 0o700 });
  await refuseOtherMode(layout, options);
  await mkdir(layout.logs, { recursive: true });
  await requireHost(layout.cache, !existsSync(join(layout.cache, 'kubernetes')));
  const facts = await hostFacts();
  const state: LabState = {
    workers: options.workers,
    podMode: options.podMode,
    facts,
    components: {},
    standIns: standIns(facts, options.podMode),
    isComplete: false,
  };
  await writeState(layout, state);
  const making = new Making(layout, options, facts);
  const times = await runSteps(
    [
      ...cachedParts(making),
      ...cloudSteps(making),
      ...wiringSteps(making),
      ...clusterSteps(making),
      ...kuryrSteps(making),
    ],
    say,
  );
  const machines = making.machines.get();
  const kept = [making.root, making.switchRoot, making.buildRoot, making.kuryr, making.kubernetes];
  const layer = dirname(making.layer.get().folder);
  const old = await pruneBeside([...kept.map((slot) => slot.get()), layer]);
  if (old.length > 0) say(`Removed from the cache, no longer used: ${old.join(', ')}`);
  await writeState(layout, {
    ...state,
    components: await components(machines.cloud, machines.hypervisor),
    isComplete: true,
  });
  return times;
}
