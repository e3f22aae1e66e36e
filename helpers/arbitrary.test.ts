import { expect, test } from '@playwright/test';
import { arbitrary, search } from './arbitrary.ts';

const numbers = arbitrary.integer({ min: 0, max: 10_000 });
const wrongAbove = (limit: number) => (value: number) =>
  Promise.resolve(value > limit ? `${value} is too much` : undefined);

test.describe('a search', () => {
  test('finds nothing where nothing is wrong, after all its tries', async () => {
    let tried = 0;
    const found = await search({
      ...{ values: numbers, seed: 1, tries: 20, smaller: 5 },
      wrongWith: () => {
        tried += 1;
        return Promise.resolve(undefined);
      },
    });

    expect(found).toBeUndefined();
    expect(tried).toBe(20);
  });

  test('shrinks what it finds to the smallest that is wrong', async () => {
    const found = await search({
      ...{ values: numbers, seed: 1, tries: 50, smaller: 200 },
      wrongWith: wrongAbove(17),
    });

    expect(found).toMatchObject({ value: 18, what: '18 is too much' });
  });

  test('finds the same again by the same seed', async () => {
    const options = {
      values: numbers,
      seed: 99,
      tries: 50,
      smaller: 0,
      wrongWith: wrongAbove(100),
    };

    expect(await search(options)).toEqual(await search(options));
  });

  test('asks for no more smaller values than it may', async () => {
    let asked = 0;
    const found = await search({
      ...{ values: numbers, seed: 3, tries: 50, smaller: 2 },
      wrongWith: (value) => {
        asked += 1;
        return wrongAbove(0)(value);
      },
    });

    expect(asked).toBe((found?.tries ?? 0) + 2);
  });
});
