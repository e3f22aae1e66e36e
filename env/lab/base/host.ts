/**
 * What this host can do for the lab, and one message that names everything that is missing.
 */
import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';

import { StackError } from '../../errors.ts';
import { cgroupHost } from './cgroups.ts';
import { succeeds } from './shell.ts';

/** Kernel features that decide how the lab is put together. */
export interface HostFacts {
  /** Datapath of Open vSwitch: the kernel's, or the one in user space. */
  readonly datapath: 'system' | 'netdev';
  /** How a worker takes VLAN frames apart: the kernel's 8021q, or eBPF programs. */
  readonly vlan: '8021q' | 'tcx-ebpf';
  readonly cgroups: 'v1' | 'v2';
}

async function moduleAvailable(name: string): Promise<boolean> {
  return existsSync(`/sys/module/${name}`) || (await succeeds(['modprobe', '--quiet', name]));
}

/** Finds out which real parts this kernel offers and which need a substitute. */
export async function hostFacts(): Promise<HostFacts> {
  return {
    datapath: (await moduleAvailable('openvswitch')) ? 'system' : 'netdev',
    vlan: (await moduleAvailable('8021q')) ? '8021q' : 'tcx-ebpf',
    cgroups: (await cgroupHost()).version,
  };
}

const tools = ['nsenter', 'unshare', 'ip', 'mount', 'apt-get', 'dpkg-deb', 'perl', 'ldd', 'tar'];

async function missingRights(): Promise<string[]> {
  if (process.getuid?.() !== 0) return ['root rights (run as root)'];
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const needed: [number, string][] = [
    [12, 'CAP_NET_ADMIN'],
    [21, 'CAP_SYS_ADMIN'],
  ];
  return needed.filter(([bit]) => ((effective >> BigInt(bit)) & 1n) === 0n).map(([, name]) => name);
}

async function missingKernel(): Promise<string[]> {
  const missing: string[] = [];
  if (!(await readFile('/proc/filesystems', 'utf8')).includes('\toverlay')) {
    if (!(await moduleAvailable('overlay'))) missing.push('kernel file system overlay');
  }
  if (!existsSync('/dev/net/tun')) missing.push('/dev/net/tun');
  if (!existsSync('/proc/self/ns/net')) missing.push('network namespaces');
  return missing;
}

async function missingRoom(cache: string, cold: boolean): Promise<string[]> {
  const needGiB = cold ? 14 : 3;
  const { bavail, bsize } = await statfs(cache);
  const freeGiB = (bavail * bsize) / 2 ** 30;
  const missing =
    freeGiB < needGiB
      ? [`${needGiB} GiB of free disk under "${cache}" (found ${freeGiB.toFixed(1)})`]
      : [];
  const available = /^MemAvailable:\s+(\d+)/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1];
  const memoryGiB = (available === undefined ? freemem() / 1024 : Number(available)) / 2 ** 20;
  if (memoryGiB < 5) missing.push(`5 GiB of available memory (found ${memoryGiB.toFixed(1)})`);
  return missing;
}

/** Refuses a host that cannot carry the lab, naming everything that is missing at once. */
export async function requireHost(cache: string, cold: boolean): Promise<void> {
  const present = await Promise.all(
    tools.map((tool) => succeeds(['sh', '-c', 'command -v "$1"', 'sh', tool])),
  );
  const missing = [
    ...(process.platform === 'linux' ? [] : ['Linux']),
    ...(await missingRights()),
    ...tools.filter((_, index) => present[index] !== true).map((tool) => `program "${tool}"`),
    ...(await missingKernel()),
    ...(await missingRoom(cache, cold)),
  ];
  if (missing.length === 0) return;
  throw new StackError(
    'LAB_HOST_UNFIT',
    `Starting the lab: this host lacks ${missing.join('; ')}. Add what is missing, or run the suite against an adopted stack.`,
  );
}
