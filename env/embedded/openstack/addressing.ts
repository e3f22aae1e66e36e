/**
 * Addresses and prefixes of both IP versions as numbers: parsing, containment, overlap, and the search
 * for a free one.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number. */
export interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** Reads an address; undefined when the text is none. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) {
    const value = text.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
    return { version: 4, value };
  }
  return isIPv6(text) ? { version: 6, value: valueOfIpv6(text) } : undefined;
}

function valueOfIpv6(text: string): bigint {
  // The URL parser rewrites every legal form into compressed groups of hexadecimal digits.
  const compressed = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = '', tail] = compressed.split('::');
  const groups = (part: string | undefined): string[] =>
    part === undefined || part === '' ? [] : part.split(':');
  const before = groups(head);
  const after = groups(tail);
  const filled = [
    ...before,
    ...Array<string>(8 - before.length - after.length).fill('0'),
    ...after,
  ];
  return filled.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

/** Writes an address as APIs do. */
export function formatAddress({ version, value }: Address): string {
  if (version === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  }
  const hex = value.toString(16).padStart(32, '0');
  const groups = hex.match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** A prefix such as 10.0.0.0/24. */
export class Cidr {
  readonly version: 4 | 6;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;

  constructor(address: Address, prefix: number) {
    const bits = address.version === 4 ? 32 : 128;
    const size = 1n << BigInt(bits - prefix);
    this.version = address.version;
    this.prefix = prefix;
    this.first = address.value - (address.value % size);
    this.last = this.first + size - 1n;
  }

  /** Reads a prefix; a bare address is one with full length. Undefined when the text is none. */
  static parse(text: string): Cidr | undefined {
    const [host = '', length, ...rest] = text.split('/');
    const address = parseAddress(host);
    if (address === undefined || rest.length > 0) return undefined;
    const bits = address.version === 4 ? 32 : 128;
    const prefix = length === undefined ? bits : Number(length);
    const isLength = Number.isInteger(prefix) && prefix >= 0 && prefix <= bits;
    return isLength ? new Cidr(address, prefix) : undefined;
  }

  get size(): bigint {
    return this.last - this.first + 1n;
  }

  toString(): string {
    return `${formatAddress({ version: this.version, value: this.first })}/${this.prefix}`;
  }

  holds(address: Address): boolean {
    return (
      address.version === this.version && address.value >= this.first && address.value <= this.last
    );
  }

  overlaps(other: Cidr): boolean {
    return other.version === this.version && other.first <= this.last && this.first <= other.last;
  }

  contains(other: Cidr): boolean {
    return other.version === this.version && other.first >= this.first && other.last <= this.last;
  }

  /** The range of addresses that hosts may have; IPv4 keeps network and broadcast address back. */
  get hosts(): { readonly first: bigint; readonly last: bigint } {
    const bits = this.version === 4 ? 32 : 128;
    if (bits - this.prefix < 2) return { first: this.first, last: this.last };
    return {
      first: this.first + 1n,
      last: this.version === 4 ? this.last - 1n : this.last,
    };
  }

  /** The first prefix of a length within this one that overlaps none of the taken ones. */
  firstFree(length: number, taken: readonly Cidr[]): Cidr | undefined {
    const bits = this.version === 4 ? 32 : 128;
    if (length < this.prefix || length > bits) return undefined;
    const step = 1n << BigInt(bits - length);
    let at = this.first;
    while (at <= this.last) {
      const candidate = new Cidr({ version: this.version, value: at }, length);
      const blocking = taken.find((other) => other.overlaps(candidate));
      if (blocking === undefined) return candidate;
      const behind = blocking.last + 1n;
      at = behind > at + step ? behind + ((step - (behind % step)) % step) : at + step;
    }
    return undefined;
  }
}
