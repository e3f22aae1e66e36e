import { expect, test } from '@playwright/test';
import { Random } from '../../world.ts';
import { VlanIds } from './vlan-ids.ts';

test.describe('the allocator of VLAN ids', () => {
  test('gives every id once, and none that the trunk uses', () => {
    const ids = new VlanIds(new Random('a'));
    const inUse = new Set([1, 2, 4094]);
    const given = Array.from({ length: 4091 }, () => ids.allocate(inUse));

    expect(new Set(given).size).toBe(4091);
    expect(given.every((id) => id >= 1 && id <= 4094 && !inUse.has(id))).toBe(true);
    expect(() => ids.allocate(inUse)).toThrow('There is no free VLAN id.');
    ids.release(given[7] ?? 0);
    expect(ids.allocate(inUse)).toBe(given[7]);
  });

  test('gives the same ids for the same seed', () => {
    const [one, other] = [new VlanIds(new Random('s')), new VlanIds(new Random('s'))];

    expect(one.allocate(new Set())).toBe(other.allocate(new Set()));
  });
});
