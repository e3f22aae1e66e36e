/**
 * Ranges of addresses of both families.
 */
import { expect, test } from '@playwright/test';
import { contains, isSameAddress, plainAddress, prefixOf } from './addresses.ts';

test.describe('a range', () => {
  for (const [range, address, isIn] of [
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.20.0.64/26', '10.20.0.127', true],
    ['10.20.0.64/26', '10.20.0.128', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['2001:db8::/32', '2001:db8:1::5', true],
    ['2001:db8::/64', '2001:db8:0:1::5', false],
    ['::/0', '2001:db8::1', true],
    ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3', true],
    ['nonsense/8', '10.0.0.1', false],
  ] as const) {
    test(`${range} ${isIn ? 'holds' : 'does not hold'} ${address}`, () => {
      expect(contains(range, address)).toBe(isIn);
    });
  }

  test('has a prefix, and a bare address all bits', () => {
    expect([prefixOf('10.0.0.0/8'), prefixOf('10.0.0.1'), prefixOf('::1')]).toEqual([8, 32, 128]);
  });

  test('of one address has several texts in IPv6', () => {
    expect(isSameAddress('2001:db8::1', '2001:0db8:0:0::1')).toBe(true);
    expect(isSameAddress('10.0.0.1', '10.0.0.2')).toBe(false);
    expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1');
  });
});
