/**
 * What the kernel shows of a network namespace below /sys/class/net, as far as programs look at it.
 */
import type { Netns } from '../../seams.ts';

const folder = '/sys/class/net';
const loopback = { name: 'lo', mtu: 65_536, kind: '' };

interface Device {
  readonly name: string;
  readonly mtu: number;
  readonly kind: string;
}

function devicesOf({ nics }: Pick<Netns, 'nics'>): readonly Device[] {
  const own = nics.map(({ name, mtu, attachment }) => ({
    ...{ name, mtu },
    kind: attachment.kind === 'vlan' ? 'vlan' : '',
  }));
  return [loopback, ...own];
}

/** The devices of a namespace, when their folder is asked for. */
export function kernelFolder(netns: Pick<Netns, 'nics'>, path: string): string[] | undefined {
  return path === folder ? devicesOf(netns).map(({ name }) => name) : undefined;
}

/** The text of a file about a device. */
export function kernelFile(netns: Pick<Netns, 'nics'>, path: string): string | undefined {
  if (!path.startsWith(`${folder}/`)) return undefined;
  const [name, file] = path.slice(folder.length + 1).split('/');
  const device = devicesOf(netns).find((candidate) => candidate.name === name);
  if (device === undefined) return undefined;
  if (file === 'mtu') return `${device.mtu}\n`;
  if (file !== 'uevent') return undefined;
  return `${device.kind === '' ? '' : `DEVTYPE=${device.kind}\n`}INTERFACE=${device.name}\n`;
}
