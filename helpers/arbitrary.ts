/**
 * Values at random for scenarios that search, and the search itself: it tries values until one fails,
 * and then smaller ones, until none of these fails any more. All of it follows from the seed.
 */
import * as fc from 'fast-check';
import { progress } from './progress.ts';

/** A source of values at random, which knows what is smaller than a value. */
export type Arbitrary<T> = fc.Arbitrary<T>;

/** The sources that others are made of. */
export const arbitrary = {
  array: fc.array,
  constantFrom: fc.constantFrom,
  integer: fc.integer,
  oneof: fc.oneof,
  record: fc.record,
  subarray: fc.subarray,
} as const;

/** What is searched, and how long. */
export interface Search<T> {
  readonly values: Arbitrary<T>;
  readonly seed: number;
  /** How many values are tried before the search gives up. */
  readonly tries: number;
  /** How many smaller values are tried once one has failed. */
  readonly smaller: number;
  /** Says what is wrong with a value; undefined when nothing is. */
  readonly wrongWith: (value: T) => Promise<string | undefined>;
}

/** The smallest value that was found to be wrong. */
export interface Found<T> {
  readonly value: T;
  readonly what: string;
  readonly tries: number;
  readonly smallerTries: number;
}

/** Searches for a value with which something is wrong; undefined when there is none among those tried. */
export async function search<T>(options: Search<T>): Promise<Found<T> | undefined> {
  const { values, seed, tries, smaller, wrongWith } = options;
  let left = smaller;
  let found: Found<T> | undefined;
  let tried = 0;
  const property = fc.asyncProperty(values, async (value) => {
    if (found !== undefined) {
      // Each smaller value costs a change of the stack; what is not tried counts as right.
      if (left === 0) return true;
      left -= 1;
    } else {
      tried += 1;
    }
    const what = await wrongWith(value);
    if (what === undefined) return true;
    found = { value, what, tries: tried, smallerTries: smaller - left };
    progress(`seed ${seed}: ${what.split('\n')[0] ?? ''}`);
    return false;
  });
  await fc.check(property, { seed, numRuns: tries, endOnFailure: false });
  return found;
}
