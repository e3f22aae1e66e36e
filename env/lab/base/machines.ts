/**
 * A machine of the lab is a pair of namespaces: a network namespace, and a mount namespace whose root
 * is an overlay over a Debian root. Handles are files in the run folder, so nothing shows up among the
 * host's own namespaces, mounts or links.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Layout } from './layout.ts';
import { run } from './shell.ts';

/** A place in which programs of the lab run; without a handle the host's own namespace is meant. */
export interface Machine {
  readonly name: string;
  readonly net?: string;
  readonly mount?: string;
}

/** How the file system of a machine is put together. */
export interface MachineDisk {
  /** Root folders, the topmost first; none of them is written to. */
  readonly lower: readonly string[];
  /** Host folder, or file that the machine has too -> path in the machine. */
  readonly binds: Readonly<Record<string, string>>;
}

/** Words to put before a command so that it runs in the machine. */
export function enter(machine: Machine): string[] {
  if (machine.net === undefined && machine.mount === undefined) return [];
  return [
    'nsenter',
    ...(machine.mount === undefined ? [] : [`--mount=${machine.mount}`]),
    ...(machine.net === undefined ? [] : [`--net=${machine.net}`]),
    '--',
  ];
}

/** Runs a command in a machine and gives its output. */
export function on(machine: Machine, ...argv: string[]): Promise<string> {
  return run([...enter(machine), ...argv]);
}

async function isMountPoint(path: string): Promise<boolean> {
  return (await readFile('/proc/self/mounts', 'utf8')).includes(` ${path} `);
}

/** Makes the folder that holds the handles a private mount of its own, as handles demand. */
export async function prepareHandles(layout: Layout): Promise<void> {
  await mkdir(layout.namespaces, { recursive: true });
  if (await isMountPoint(layout.namespaces)) return;
  await run(['mount', '--bind', layout.namespaces, layout.namespaces]);
  await run(['mount', '--make-private', layout.namespaces]);
}

/** Makes a network namespace (or finds it made) and gives its handle. */
export async function makeNetwork(layout: Layout, name: string): Promise<string> {
  const handle = join(layout.namespaces, `${name}.net`);
  if (await isMountPoint(handle)) return handle;
  await writeFile(handle, '');
  await run(['unshare', `--net=${handle}`, 'ip', 'link', 'set', 'lo', 'up']);
  return handle;
}

const buildRootFs = `
set -e
dir=$1; lower=$2; net=$3; shift 3
mkdir -p "$dir/upper" "$dir/work" "$dir/root"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
cd "$dir/root"
mount -t proc proc proc
if [ -n "$net" ]; then nsenter --net="$net" mount -t sysfs sysfs sys; else mount -t sysfs sysfs sys; fi
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount -t bpf bpf sys/fs/bpf || true
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p run/lock
while [ $# -gt 0 ]; do [ -e ".$2" ] || mkdir -p ".$2"; mount --bind "$1" ".$2"; shift 2; done
mkdir -p .host
pivot_root . .host
cd /
umount -l /.host
rmdir /.host 2>/dev/null || true
mount --make-rshared /
`;

/** Makes the mount namespace of a machine (or finds it made) and gives its handle. */
export async function makeDisk(
  layout: Layout,
  machine: { readonly name: string; readonly net?: string },
  disk: MachineDisk,
): Promise<string> {
  const handle = join(layout.namespaces, `${machine.name}.mnt`);
  if (await isMountPoint(handle)) {
    if (existsSync(join(layout.machines, machine.name, 'ready'))) return handle;
    await run(['umount', handle]);
  }
  const folder = join(layout.machines, machine.name);
  await run(['rm', '-rf', '--one-file-system', folder]);
  await mkdir(folder, { recursive: true });
  await writeFile(handle, '');
  await run([
    'unshare',
    `--mount=${handle}`,
    '--propagation',
    'private',
    'sh',
    '-c',
    buildRootFs,
    'machine',
    folder,
    disk.lower.join(':'),
    machine.net ?? '',
    ...Object.entries(disk.binds).flat(),
  ]);
  await writeFile(join(folder, 'ready'), '');
  return handle;
}
