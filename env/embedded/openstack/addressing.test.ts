import { expect, test } from '@playwright/test';
import { Cidr, formatAddress, parseAddress } from './addressing.ts';

const cidr = (text: string): Cidr => {
  const parsed = Cidr.parse(text);
  if (parsed === undefined) throw new Error(`${text} is no prefix`);
  return parsed;
};

test.describe('an address', () => {
  for (const [sent, written] of [
    ['10.0.0.7', '10.0.0.7'],
    ['fd00:0:0:0:0:0:0:7', 'fd00::7'],
    ['::', '::'],
    ['2001:DB8::A', '2001:db8::a'],
  ] as const) {
    test(`${sent} is written ${written}`, () => {
      const address = parseAddress(sent);

      expect(address === undefined ? undefined : formatAddress(address)).toBe(written);
    });
  }

  for (const text of ['', '10.0.0', '10.0.0.256', 'fd00::1::2', 'host']) {
    test(`is not "${text}"`, () => {
      expect(parseAddress(text)).toBeUndefined();
    });
  }
});

test.describe('a prefix', () => {
  test('begins where its length says', () => {
    expect(cidr('10.1.2.3/26').toString()).toBe('10.1.2.0/26');
    expect(cidr('10.1.2.3').toString()).toBe('10.1.2.3/32');
    expect(Cidr.parse('10.1.2.3/33')).toBeUndefined();
  });

  test('keeps network and broadcast address from hosts, in IPv4 only', () => {
    const { first, last } = cidr('10.0.0.0/30').hosts;

    expect(last - first).toBe(1n);
    expect(cidr('fd00::/126').hosts.last).toBe(cidr('fd00::/126').last);
  });

  test('overlaps what it shares an address with, and nothing of the other version', () => {
    expect(cidr('10.0.0.0/8').overlaps(cidr('10.200.0.0/16'))).toBe(true);
    expect(cidr('10.0.0.0/9').overlaps(cidr('10.128.0.0/9'))).toBe(false);
    expect(cidr('0.0.0.0/0').overlaps(cidr('::/0'))).toBe(false);
  });

  test('finds the first part that is free, past larger and smaller ones that are not', () => {
    const pool = cidr('10.20.0.0/16');
    const free = (...taken: string[]): string | undefined =>
      pool.firstFree(26, taken.map(cidr))?.toString();

    expect(free()).toBe('10.20.0.0/26');
    expect(free('10.20.0.0/24', '10.20.1.0/28')).toBe('10.20.1.64/26');
    expect(free('10.20.0.0/16')).toBeUndefined();
    expect(pool.firstFree(15, [])).toBeUndefined();
  });
});
