/**
 * A reading that does not answer in time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { StackError } from '#env';
import { reading, readWithin } from './reading.ts';

test.describe('a reading within a time', () => {
  test('gives what it reads', async () => {
    await expect(
      readWithin(
        reading('port', () => Promise.resolve(7)),
        1_000,
      ),
    ).resolves.toBe(7);
  });

  test('is trouble of the stack when nothing answers', async () => {
    const silent = reading('footprint of namespace a', async (signal) => {
      await pause(60_000, undefined, { signal });
    });

    const read = readWithin(silent, 20);

    await expect(read).rejects.toBeInstanceOf(StackError);
    await expect(read).rejects.toThrow(
      'Reading the footprint of namespace a: no answer within 0.02 s.',
    );
  });

  test('passes on what goes wrong in time', async () => {
    const broken = reading('port', () => Promise.reject(new TypeError('no port')));

    await expect(readWithin(broken, 1_000)).rejects.toThrow(TypeError);
  });
});
