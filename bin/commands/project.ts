/**
 * Where things are in this project, and what may be chosen: areas and requirements.
 */
import { readdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { cwd } from 'node:process';
import { fileURLToPath } from 'node:url';

/** The root folder of this project. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The areas that hold scenarios: the folders of suites, without the catalogue. */
export function areas(): string[] {
  return readdirSync(join(root, 'suites'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'requirements')
    .map(({ name }) => name)
    .sort();
}

/** Joins names for a message. */
export function named(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}

/** The stack that is meant when none is chosen. */
export const defaultProfile = 'embedded';

/** Makes the path of a profile file absolute, so that it means the same in every process; names stay. */
export function profileFrom(nameOrFile: string): string {
  const isFile = /\.ya?ml$/.test(nameOrFile);
  return isFile && !isAbsolute(nameOrFile) ? resolve(cwd(), nameOrFile) : nameOrFile;
}
