/**
 * Whether two runs with one profile and one seed tell the same.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, stderr, stdout } from 'node:process';
import { readJournal } from '../reports/journal.ts';
import { differencesBetween } from '../reports/sameness.ts';
import { root } from './commands/project.ts';
import { exitStatus } from './commands/usage.ts';

/** Compares two runs, given as folders or made now with the words given; gives the exit status. */
export async function compareRuns(words: readonly string[]): Promise<number> {
  const isGiven = words.length === 2 && words.every((word) => existsSync(word));
  const folders = isGiven ? words : await twoRuns(words);
  const [one, other] = folders.map((folder) => readJournal(folder));
  if (one === undefined || other === undefined) return exitStatus.undecided;
  const differences = differencesBetween(one, other);
  for (const line of differences) stderr.write(`${line}\n`);
  stdout.write(
    differences.length === 0
      ? `The journals of ${folders.join(' and ')} say the same about ${one.outcomes.size} scenarios.\n`
      : `The journals of ${folders.join(' and ')} differ in ${differences.length} points.\n`,
  );
  return differences.length === 0 ? exitStatus.good : exitStatus.notConformant;
}

async function twoRuns(words: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-same-'));
  const folders = [join(folder, 'one'), join(folder, 'other')];
  for (const out of folders) {
    const program = join(root, 'bin/kuryr-conformance.mjs');
    const child = spawn(execPath, [program, 'run', ...words, '--out', out], { stdio: 'inherit' });
    await new Promise((resolve) => child.once('close', resolve));
  }
  return folders;
}
