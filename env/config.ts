/**
 * The only reader of the process environment. A run hands its context to its child processes through
 * seven variables, and this file both reads and writes them.
 */
import { randomBytes } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ProfileError } from './errors.ts';

/** What every process of one run knows about it. */
export interface RunContext {
  /** Marks everything the run makes; fits into a Kubernetes label value. */
  readonly runId: string;
  /** Folder of the run's journal and reports, absolute. */
  readonly outDir: string;
  /** Name of a profile, or the path of a profile file. */
  readonly profile: string;
  /** Socket of the run-wide broker, once it is started. */
  readonly brokerSocket?: string;
  /** Socket of the process in which the stack of this run lives, if it has one. */
  readonly stackSocket?: string;
  /** Socket of a second stack like it, on which scenarios that disturb others are by themselves. */
  readonly spareSocket?: string;
  /** The plan of a run of mutants, absolute; every other run has none. */
  readonly mutantPlan?: string;
}

/** The environment of a process, as Node hands it out. */
export type Environment = Readonly<Record<string, string | undefined>>;

const names = { profile: 'KC_PROFILE', outDir: 'KC_OUT', runId: 'KC_RUN_ID' } as const;

/** What not every run has. */
const optional = {
  brokerSocket: 'KC_BROKER',
  stackSocket: 'KC_STACK',
  spareSocket: 'KC_SPARE_STACK',
  mutantPlan: 'KC_MUTANTS',
} as const;
const optionalNames = Object.entries(optional) as [keyof typeof optional, string][];

const runIdForm = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** Makes a run id: sortable by time, unique enough, and valid in a label, a tag and a namespace name. */
export function newRunId(now: Date = new Date()): string {
  const stamp = now.toISOString().slice(2, 16).replace(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}

/** Reads the context of the run this process belongs to; undefined when no profile is chosen. */
export function runContextIfSet(environment: Environment = process.env): RunContext | undefined {
  const profile = environment[names.profile];
  return profile === undefined || profile === '' ? undefined : runContext(environment);
}

/** Reads the context of the run this process belongs to. */
export function runContext(environment: Environment = process.env): RunContext {
  const profile = environment[names.profile];
  if (profile === undefined || profile === '') {
    throw new ProfileError(
      'PROFILE_NOT_CHOSEN',
      `Reading the run's context: ${names.profile} is not set. Choose a profile with ` +
        '"npm run conformance -- --profile NAME_OR_FILE".',
    );
  }
  const runId = environment[names.runId] ?? newRunId();
  if (!runIdForm.test(runId)) {
    throw new ProfileError(
      'RUN_ID_INVALID',
      `Reading the run's context: ${names.runId} is "${runId}", which is no label value of at most ` +
        '40 lower-case letters, digits and dashes. Unset it, or choose a shorter one.',
    );
  }
  const others = optionalNames
    .map(([key, name]) => [key, environment[name]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  return {
    runId,
    profile,
    outDir: resolve(environment[names.outDir] ?? join('reports', 'out', runId)),
    ...(Object.fromEntries(others) as Pick<RunContext, keyof typeof optional>),
  };
}

/** Turns a context into the variables that a child process of the run is started with. */
export function environmentOf(context: RunContext): Record<string, string> {
  const others = optionalNames.flatMap(([key, name]) => {
    const value = context[key];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    [names.profile]: context.profile,
    [names.outDir]: context.outDir,
    [names.runId]: context.runId,
    ...Object.fromEntries(others),
  };
}

/** The environment this process was started with, to hand on to a child process. */
export function inheritedEnvironment(
  environment: Environment = process.env,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

/** Facts of the host's environment that tools need: search path, home, cache and scratch folders. */
export interface HostEnvironment {
  readonly path: string;
  readonly home: string;
  readonly cacheHome: string;
  readonly scratch: string;
  readonly isInteractive: boolean;
}

/** Reads what tools need to know about this host. */
export function hostEnvironment(environment: Environment = process.env): HostEnvironment {
  const home = environment['HOME'] ?? homedir();
  const cache = environment['XDG_CACHE_HOME'];
  return {
    path: environment['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    home,
    cacheHome: cache === undefined || cache === '' ? join(home, '.cache') : cache,
    scratch: tmpdir(),
    isInteractive: process.stdout.isTTY && environment['CI'] === undefined,
  };
}
