/**
 * `untilThere`: what it gives, and what a reader learns when nothing comes.
 */
import { expect, test } from '@playwright/test';
import type { BudgetSpec } from '#env';
import { reading } from '../reading.ts';
import { untilThere } from './until-there.ts';

const budget: BudgetSpec = { name: 'floatingIp', withinMs: 200, everyMs: 20, consecutive: 3 };

test.describe('untilThere', () => {
  test('gives what the reading gives first, without waiting for more', async () => {
    const values = [undefined, undefined, '198.51.100.7', '198.51.100.8'];
    let reads = 0;
    const address = reading('external address of service x/web', () =>
      Promise.resolve(values[reads++]),
    );

    expect(await untilThere(address, budget)).toBe('198.51.100.7');
    expect(reads).toBe(3);
  });

  test('takes anything but undefined for something', async () => {
    expect(
      await untilThere(
        reading('a count', () => Promise.resolve(0)),
        budget,
      ),
    ).toBe(0);
  });

  test('names the reading and the budget when nothing comes', async () => {
    const nothing = reading<string | undefined>('external address of service x/web', () =>
      Promise.resolve(undefined),
    );

    await expect(untilThere(nothing, budget)).rejects.toThrow(
      /external address of service x\/web did not settle within 200 ms \(budget "floatingIp", \d+ reads\)\.\n {2}expected something, last read undefined/,
    );
  });
});
