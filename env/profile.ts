/**
 * Loads a profile: a checked-in description of one stack. Everything that is wrong with it is reported
 * at once, each problem with file, line, key path and remedy.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { homedir } from 'node:os';
import { isNode, LineCounter, parse, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { ProfileError } from './errors.ts';
import { lineOf as releaseOf } from './profile-embedded.ts';
import { type KnownFailure, knownFailuresSchema, profileSchema } from './profile-schema.ts';
import { compareKuryr } from './series.ts';

type ProfileFile = z.output<typeof profileSchema>;

/** How an adopted stack is reached; both paths are absolute. */
export interface Connection {
  readonly kubeconfig: string;
  readonly cloudsYaml: string;
  readonly cloud: string;
}

/** A checked-in description of a stack: driver, versions, claims, budgets. */
export interface Profile extends Readonly<Omit<ProfileFile, 'connection'>> {
  readonly knownFailures: readonly KnownFailure[];
  readonly connection?: Connection;
}

const shelf = join(dirname(fileURLToPath(import.meta.url)), 'profiles');
const suffix = /\.ya?ml$/;
const listed = /(\.table)?\.ya?ml$/;
/** The embedded profiles that come with the project: one row each, by name. */
const table = join(shelf, 'embedded.table.yaml');

/** A document, and the part of it that is meant. */
interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly at: readonly string[];
  /** What every part of its kind has in common. */
  readonly shared?: Readonly<Record<string, unknown>>;
}

/** The names of the embedded profiles that come with the project, in the order of their table. */
export function embeddedProfileNames(): string[] {
  return Object.keys(parse(readFileSync(table, 'utf8')) as object);
}

/** The names of all profiles that come with the project; the default comes first. */
export function profileNames(): string[] {
  const own = readdirSync(shelf)
    .filter((name) => /^[^.]+\.yaml$/.test(name))
    .map((name) => name.replace(suffix, ''))
    .sort();
  return [...new Set([...embeddedProfileNames(), ...own])];
}

/** Loads a profile by its name (in env/profiles) or by the path of its file. */
export async function loadProfile(nameOrFile: string): Promise<Profile> {
  const file = suffix.test(nameOrFile) ? resolve(nameOrFile) : join(shelf, `${nameOrFile}.yaml`);
  const isRow = !suffix.test(nameOrFile) && embeddedProfileNames().includes(nameOrFile);
  const [source, list] = await Promise.all([
    isRow
      ? rowOf(nameOrFile)
      : readYaml(file, `Give the path of a profile file, or the name of one in ${shelf}.`),
    // What is known of Kuryr's releases is the same in every row of the table.
    readYamlIfThere((isRow ? table : file).replace(listed, '.known-failures.yaml')),
  ]);
  const problems: string[] = [];
  const profile = parsed(source, profileSchema, problems);
  const knownFailures = list === undefined ? [] : parsed(list, knownFailuresSchema, problems);
  if (profile === undefined || knownFailures === undefined) {
    throw new ProfileError(
      'PROFILE_INVALID',
      `Loading profile "${nameOrFile}": found ${problems.length} problem${problems.length === 1 ? '' : 's'}.\n` +
        problems.map((problem) => `  ${problem}`).join('\n'),
    );
  }
  const { connection, ...rest } = profile;
  return {
    ...rest,
    knownFailures: knownFailures.filter((known) => isKnownOf(known, profile)),
    ...(connection === undefined ? {} : { connection: absolute(connection, dirname(file)) }),
  };
}

function isKnownOf(
  { sinceKuryr, untilKuryr, provider }: KnownFailure,
  { kuryr, octavia }: Pick<Profile, 'kuryr' | 'octavia'>,
): boolean {
  if (provider !== undefined && provider !== octavia.provider) return false;
  const line = releaseOf(kuryr);
  if (line === undefined) return sinceKuryr === undefined && untilKuryr === undefined;
  const isOldEnough = untilKuryr === undefined || compareKuryr(line, untilKuryr) <= 0;
  return isOldEnough && (sinceKuryr === undefined || compareKuryr(line, sinceKuryr) >= 0);
}

async function rowOf(name: string): Promise<Source> {
  const source = await readYaml(table, 'It comes with the project.');
  return { ...source, at: [name], shared: { name, stack: 'embedded' } };
}

function absolute(connection: Connection, folder: string): Connection {
  const path = (text: string): string => {
    const expanded = text.startsWith('~/') ? join(homedir(), text.slice(2)) : text;
    return isAbsolute(expanded) ? expanded : resolve(folder, expanded);
  };
  return {
    kubeconfig: path(connection.kubeconfig),
    cloudsYaml: path(connection.cloudsYaml),
    cloud: connection.cloud,
  };
}

async function readYamlIfThere(file: string): Promise<Source | undefined> {
  try {
    return await readYaml(file, 'Make it readable.');
  } catch (error) {
    if (error instanceof ProfileError && error.code === 'PROFILE_NOT_FOUND') {
      // Most profiles have no known failures and therefore no such file.
      return undefined;
    }
    throw error;
  }
}

async function readYaml(file: string, remedy: string): Promise<Source> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ProfileError(
      isMissing ? 'PROFILE_NOT_FOUND' : 'PROFILE_UNREADABLE',
      `Reading "${file}": ${isMissing ? 'there is no such file' : (cause as Error).message}. ${remedy}`,
      { cause },
    );
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new ProfileError(
      'PROFILE_NOT_YAML',
      `Reading "${file}": found text that is not YAML.\n` +
        document.errors.map((error) => `  ${error.message}`).join('\n'),
    );
  }
  return { file, document, lines, at: [] };
}

function parsed<T extends z.ZodType>(
  source: Source,
  schema: T,
  problems: string[],
): z.output<T> | undefined {
  const whole = source.document.toJS() as Readonly<Record<string, object>>;
  const [row] = source.at;
  const meant = row === undefined ? whole : { ...source.shared, ...whole[row] };
  const result = schema.safeParse(meant);
  if (result.success) {
    return result.data;
  }
  for (const issue of result.error.issues) {
    problems.push(...problemsOf(source, issue));
  }
  return undefined;
}

function problemsOf(source: Source, issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      problem(
        source,
        [...issue.path, key],
        'is not a known key: remove it, or correct its spelling',
      ),
    );
  }
  return [problem(source, issue.path, remedyOf(issue))];
}

function remedyOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') {
    return `must be one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}`;
  }
  if (issue.code === 'invalid_type') {
    return issue.message.endsWith('received undefined')
      ? `is missing: add it (${issue.expected})`
      : `must be of type ${issue.expected}: ${issue.message}`;
  }
  return issue.message;
}

function problem(source: Source, path: readonly PropertyKey[], text: string): string {
  const keys = path.map((key) => (typeof key === 'symbol' ? key.toString() : key));
  const line = lineOf(source, keys);
  return `${source.file}${line === undefined ? '' : `:${line}`} ${keys.length === 0 ? '(whole file)' : keys.join('.')}: ${text}`;
}

function lineOf(source: Source, keys: readonly (string | number)[]): number | undefined {
  // A missing key has no place of its own; its nearest present ancestor has.
  for (let length = keys.length; length > 0; length--) {
    const path = [...source.at, ...keys.slice(0, length)];
    const node: unknown = source.document.getIn(path, true);
    if (isNode(node) && node.range) {
      return source.lines.linePos(node.range[0]).line;
    }
  }
  return undefined;
}
