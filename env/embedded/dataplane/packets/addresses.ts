/**
 * Arithmetic on IP addresses in text form, both families; what was parsed is remembered.
 */
import { isIPv4, isIPv6 } from 'node:net';

interface Parsed {
  readonly family: 4 | 6;
  readonly value: bigint;
}

interface Range {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly shift: bigint;
}

const mostRemembered = 50_000;
const parsedAddresses = new Map<string, Parsed | undefined>();
const parsedRanges = new Map<string, Range | undefined>();

/** The family of an address. */
export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** An IPv4 address as such, also when it came mapped into IPv6. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Whether an address is in a range such as 10.0.0.0/8; a bare address is a range of one. */
export function contains(cidr: string, address: string): boolean {
  const range = remember(parsedRanges, cidr, parseRange);
  const parsed = remember(parsedAddresses, address, parseAddress);
  return (
    parsed !== undefined &&
    range?.family === parsed.family &&
    parsed.value >> range.shift === range.base
  );
}

/** The number of leading bits that a range fixes. */
export function prefixOf(cidr: string): number {
  return Number(cidr.split('/')[1] ?? (familyOf(cidr) === 4 ? 32 : 128));
}

/** Whether two texts mean the same address. */
export function isSameAddress(one: string, other: string): boolean {
  return one === other || (familyOf(one) === 6 && contains(one, other));
}

/** Whether an address never leaves the machine. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function remember<T>(
  memory: Map<string, T | undefined>,
  text: string,
  parse: (text: string) => T | undefined,
): T | undefined {
  const known = memory.get(text);
  if (known !== undefined || memory.has(text)) return known;
  if (memory.size > mostRemembered) memory.clear();
  const parsed = parse(text);
  memory.set(text, parsed);
  return parsed;
}

function parseRange(cidr: string): Range | undefined {
  const [address = '', prefix] = cidr.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  const bits = parsed.family === 4 ? 32 : 128;
  const shift = BigInt(bits - Number(prefix ?? bits));
  return { family: parsed.family, base: parsed.value >> shift, shift };
}

function parseAddress(address: string): Parsed | undefined {
  if (isIPv4(address)) {
    return { family: 4, value: BigInt(valueOf4(address)) };
  }
  return isIPv6(address) ? { family: 6, value: valueOf6(address) } : undefined;
}

function valueOf4(address: string): number {
  return address.split('.').reduce((value, part) => value * 256 + Number(part), 0);
}

function valueOf6(address: string): bigint {
  const text = address.replace(/%.*$/, '').replace(/\d+\.\d+\.\d+\.\d+$/, (mapped) => {
    const value = valueOf4(mapped);
    return `${Math.floor(value / 65_536).toString(16)}:${(value % 65_536).toString(16)}`;
  });
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array<string>(zeros).fill('0'), ...last].reduce(
    (value, group) => (value << 16n) | BigInt(`0x${group}`),
    0n,
  );
}
