/**
 * Files of a test, in a folder that goes with the process that made it.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = new Set<string>();

process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Makes a folder of its own; nobody has to remove it. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-test-'));
  made.add(folder);
  return folder;
}

/** Writes a file into a folder of its own and gives its path. */
export async function scratchFile(name: string, text: string): Promise<string> {
  const file = join(await scratchFolder(), name);
  await writeFile(file, text);
  return file;
}
