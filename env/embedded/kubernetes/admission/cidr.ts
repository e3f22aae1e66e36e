/**
 * Ranges of IPv4 addresses.
 */

/** A range of addresses. */
export interface Cidr {
  readonly text: string;
  readonly base: number;
  readonly size: number;
}

const numberOf = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const textOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** Reads a range such as "10.79.0.0/17". */
export function cidrOf(text: string): Cidr {
  const [address = '', prefix = '32'] = text.split('/');
  const size = 2 ** (32 - Number(prefix));
  return { text, size, base: Math.floor(numberOf(address) / size) * size };
}

/** The address with a number in a range. */
export function addressAt({ base }: Cidr, index: number): string {
  return textOf(base + index);
}

/** Tells whether an address is in a range. */
export function isInCidr(address: string, { base, size }: Cidr): boolean {
  const number = numberOf(address);
  return number >= base && number < base + size;
}
