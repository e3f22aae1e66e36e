/**
 * Arithmetic of IP addresses and blocks: which block holds which, and what is left of one without
 * another.
 */
import { isIPv6 } from 'node:net';

interface Block {
  readonly bits: bigint;
  readonly prefix: number;
  readonly width: 32 | 128;
}

function bitsOf(address: string): bigint {
  if (!isIPv6(address)) {
    return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
  }
  const [head = '', tail = ''] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0');
  const groups = address.includes('::') ? [...front, ...zeros, ...back] : front;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function blockOf(cidr: string): Block {
  const [address = '', length] = cidr.split('/');
  const width = isIPv6(address) ? 128 : 32;
  const prefix = length === undefined ? width : Number(length);
  return { bits: masked(bitsOf(address), prefix, width), prefix, width };
}

function masked(bits: bigint, prefix: number, width: number): bigint {
  const free = BigInt(width - prefix);
  return (bits >> free) << free;
}

function textOf({ bits, prefix, width }: Block): string {
  return `${addressText(bits, width)}/${prefix}`;
}

function addressText(bits: bigint, width: number): string {
  const size = width === 32 ? 8 : 16;
  const count = width / size;
  const parts = Array.from({ length: count }, (_, index) => {
    const part = (bits >> BigInt((count - 1 - index) * size)) & ((1n << BigInt(size)) - 1n);
    return part.toString(width === 32 ? 10 : 16);
  });
  return width === 32 ? parts.join('.') : shortened(parts);
}

/** Writes the longest run of zeros of an IPv6 address as two colons. */
function shortened(groups: readonly string[]): string {
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)];
  const longest = runs.toSorted((a, b) => b[0].length - a[0].length)[0];
  if (longest === undefined) return text;
  const front = text.slice(0, longest.index);
  const back = text.slice(longest.index + longest[0].length);
  return `${front}::${back.replace(/^:/, '')}`;
}

function holds(outer: Block, inner: Block): boolean {
  return (
    outer.width === inner.width &&
    outer.prefix <= inner.prefix &&
    masked(inner.bits, outer.prefix, outer.width) === outer.bits
  );
}

/** Whether a block holds an address or a smaller block. */
export function contains(cidr: string, inner: string): boolean {
  return holds(blockOf(cidr), blockOf(inner));
}

/** The version of IP of an address or block. */
export function ipVersionOf(text: string): 4 | 6 {
  return isIPv6(text.split('/')[0] ?? '') ? 6 : 4;
}

/** What is left of a block without another one, as the fewest blocks, smallest address first. */
export function without(cidr: string, excluded: string): string[] {
  const outer = blockOf(cidr);
  const inner = blockOf(excluded);
  if (holds(inner, outer)) return [];
  if (!holds(outer, inner)) return [textOf(outer)];
  return split(outer, inner)
    .sort((a, b) => (a.bits < b.bits ? -1 : 1))
    .map(textOf);
}

function split(outer: Block, inner: Block): Block[] {
  if (outer.prefix === inner.prefix) return [];
  const prefix = outer.prefix + 1;
  const step = 1n << BigInt(outer.width - prefix);
  const halves: Block[] = [outer.bits, outer.bits + step].map((bits) => ({
    ...outer,
    bits,
    prefix,
  }));
  return halves.flatMap((half) => (holds(half, inner) ? split(half, inner) : [half]));
}
