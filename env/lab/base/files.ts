/**
 * Writing files into machines and into the run folder.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { enter, type Machine } from './machines.ts';
import { run } from './shell.ts';

const write = 'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod "$2" "$1"';

/** Writes a text file inside a machine; the mode is octal, as chmod takes it. */
export async function writeInto(
  machine: Machine,
  path: string,
  file: { readonly text: string; readonly mode?: string },
): Promise<void> {
  await run([...enter(machine), 'sh', '-c', write, 'write', path, file.mode ?? '644'], {
    input: file.text,
  });
}

/** Writes a file that only its owner may read. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o600 });
  await chmod(path, 0o600);
}

/** Sections of an ini file, as oslo.config reads it; a list gives one line per value. */
export type Ini = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

/** Renders an ini file. */
export function renderIni(ini: Ini): string {
  return Object.entries(ini)
    .map(([section, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${String(value)}`);
      return [`[${section}]`, ...lines, ''].join('\n');
    })
    .join('\n');
}
