/**
 * `lab record`: runs the script of recordings on the lab and writes down what its parts answered, for the
 * contract tests of stacks that claim to be like it.
 */
import { fileURLToPath } from 'node:url';
import { newRunId } from '../config.ts';
import { runScript } from '../parity/script.ts';
import { writeRecording } from '../parity/trace.ts';
import { loadProfile } from '../profile.ts';
import type { Say } from './base/steps.ts';
import { profileNames } from './pod-mode.ts';
import { openLab } from './stack.ts';

/** Where recordings are kept. */
export const recordingFolder = fileURLToPath(new URL('../embedded/parity/lab', import.meta.url));

/** Records the lab that is up into a folder; gives the number of steps. */
export async function record(folder: string, say: Say): Promise<number> {
  // The recording is one of nested pods: only they have trunks.
  await using lab = await openLab(await loadProfile(profileNames.nested));
  const chapters = await runScript(lab, { runId: `record-${newRunId()}`, say });
  await writeRecording(folder, chapters);
  return chapters.reduce((sum, { steps }) => sum + steps.length, 0);
}
