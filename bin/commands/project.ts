/**
 * Where things are in this project, and what may be chosen: areas, profiles, requirements.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
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

/** The names of the profiles that come with the project. */
export function profileNames(): string[] {
  return readdirSync(join(root, 'env/profiles'))
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('.known-failures.yaml'))
    .map((name) => name.replace(/\.yaml$/, ''))
    .sort();
}

/** Joins names for a message. */
export function named(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
