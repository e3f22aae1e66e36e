import { expect, test } from '@playwright/test';
import { contains, without } from './addresses.ts';

test.describe('blocks of addresses', () => {
  for (const [block, excluded, left] of [
    ['10.0.0.0/24', '10.0.0.0/25', ['10.0.0.128/25']],
    ['10.0.0.0/24', '10.0.0.0/24', []],
    ['10.0.0.0/24', '10.1.0.0/24', ['10.0.0.0/24']],
    ['10.0.0.0/30', '10.0.0.2/32', ['10.0.0.0/31', '10.0.0.3/32']],
    ['0.0.0.0/0', '128.0.0.0/1', ['0.0.0.0/1']],
    ['fd00::/64', 'fd00::/65', ['fd00::8000:0:0:0/65']],
  ] as const) {
    test(`${block} without ${excluded} is ${left.join(' and ') || 'nothing'}`, () => {
      expect(without(block, excluded)).toEqual(left);
    });
  }

  test('hold what lies in them', () => {
    expect(contains('10.20.0.0/16', '10.20.255.1')).toBe(true);
    expect(contains('10.20.0.0/16', '10.21.0.0/24')).toBe(false);
    expect(contains('10.20.0.0/16', 'fd00::1')).toBe(false);
    expect(contains('10.20.0.1', '10.20.0.1/32')).toBe(true);
  });
});
