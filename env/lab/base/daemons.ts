/**
 * Starting, finding and ending the long-running programs of the lab.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { cgroupHost, daemonGroup, endGroup, processesIn, removeGroup, signal } from './cgroups.ts';
import type { Layout } from './layout.ts';
import { enter, type Machine } from './machines.ts';

/** One long-running program. */
export interface Daemon {
  /** Unique in the lab; also the name of its log. */
  readonly name: string;
  readonly machine: Machine;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How the kernel ranks it, from -20 (first) to 19; 0 unless it is what all the others wait for. */
  readonly niceness?: number;
}

/** The kernel may rank sessions, and niceness would say nothing beside other sessions then: both are set. */
const launch = `
echo $$ > "$1/cgroup.procs" || exit
[ ! -w /proc/$$/autogroup ] || echo "$2" > /proc/$$/autogroup
niceness=$2 && shift 2 && exec nice -n "$niceness" "$@"`;

/** File that receives what a daemon prints. */
export function logOf(layout: Layout, name: string): string {
  return join(layout.logs, `${name}.log`);
}

/** Tells whether a daemon has any process. */
export async function isAlive(name: string): Promise<boolean> {
  return (await processesIn(daemonGroup(await cgroupHost(), name))).length > 0;
}

/**
 * Starts a daemon unless it runs. It gets a clean environment: variables of the caller, such as a proxy's
 * CA bundle, would change how Python's HTTP clients behave.
 */
export async function startDaemon(layout: Layout, daemon: Daemon): Promise<boolean> {
  const group = daemonGroup(await cgroupHost(), daemon.name);
  if (await isAlive(daemon.name)) {
    // A run that was killed may have left it standing still.
    for (const pid of await processesIn(group)) signal(pid, 'SIGCONT');
    return false;
  }
  await mkdir(group, { recursive: true });
  await mkdir(layout.logs, { recursive: true });
  const niceness = String(daemon.niceness ?? 0);
  const log = openSync(logOf(layout, daemon.name), 'a', 0o600);
  const child = spawn(
    'sh',
    ['-c', launch, daemon.name, group, niceness, ...enter(daemon.machine), ...daemon.argv],
    {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        LANG: 'C.UTF-8',
        HOME: '/root',
        ...daemon.env,
      },
    },
  );
  child.unref();
  closeSync(log);
  return true;
}

/** Ends a daemon with all its children and forgets it. */
export async function stopDaemon(name: string, graceMs = 5000): Promise<void> {
  const group = daemonGroup(await cgroupHost(), name);
  await endGroup(group, graceMs);
  await removeGroup(group);
}
