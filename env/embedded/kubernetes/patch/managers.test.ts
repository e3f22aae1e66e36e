/**
 * Who has applied which field: what is a conflict, in which words, and what force does about it.
 */
import { expect, test } from '@playwright/test';
import { AppliedBefore } from './apply.ts';

const uid = 'u';
const options = { uid, isForced: false };

function applied(manager: string, data: object): { applied: AppliedBefore; current: unknown } {
  const before = new AppliedBefore();
  before.note({ data }, uid, manager);
  return { applied: before, current: { data } };
}

test.describe('an apply', () => {
  test('conflicts with what another manager has applied otherwise', () => {
    const { applied: before, current } = applied('one', { colour: 'red', size: '1' });
    const two = { ...options, manager: 'two' };

    expect(() => before.joined(current, { data: { colour: 'blue' } }, two)).toThrow(
      'Apply failed with 1 conflict: conflict with "one": .data.colour',
    );
    expect(() => before.joined(current, { data: { colour: 'blue', size: '2' } }, two)).toThrow(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .data.colour\n- .data.size',
    );
  });

  test('conflicts with nobody by the same value, by another field or by its own', () => {
    const { applied: before, current } = applied('one', { colour: 'red' });
    const two = { ...options, manager: 'two' };

    expect(before.joined(current, { data: { colour: 'red', size: '1' } }, two)).toEqual({
      data: { colour: 'red', size: '1' },
    });
    expect(
      before.joined(
        { data: { size: '1' } },
        { data: { size: '2' } },
        { ...options, manager: 'two' },
      ),
    ).toEqual({ data: { size: '2' } });
  });

  test('by force takes the field, so that its first manager conflicts from then on', () => {
    const { applied: before, current } = applied('one', { colour: 'red' });
    const two = { ...options, manager: 'two', isForced: true };
    const next = before.joined(current, { data: { colour: 'blue' } }, two);

    expect(next).toEqual({ data: { colour: 'blue' } });
    expect(() =>
      before.joined(next, { data: { colour: 'red' } }, { ...options, manager: 'one' }),
    ).toThrow('conflict with "two": .data.colour');
  });
});
