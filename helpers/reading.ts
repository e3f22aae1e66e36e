/**
 * Readings: lazy, named, re-readable views of state, which matchers poll. A reading reports what it
 * found and never judges it.
 */
import { StackError } from '#env';
import { deadlineIn } from './deadline.ts';

/** A named view of state that can be read again and again until it satisfies an expectation. */
export interface Reading<T> {
  readonly name: string;
  /** Reads once; gives up when the signal says that the budget is spent. */
  readonly read: (signal: AbortSignal) => Promise<T>;
  /** Says in a few words what was read, for progress lines. */
  describe?(value: T): string;
}

/** Builds a reading from a name and a function that reads once. */
export function reading<T>(
  name: string,
  read: (signal: AbortSignal) => Promise<T>,
  describe?: (value: T) => string,
): Reading<T> {
  return describe === undefined ? { name, read } : { name, read, describe };
}

/** Derives a reading from another one, under a new name. */
export function derived<T, U>(source: Reading<T>, name: string, pick: (value: T) => U): Reading<U> {
  return reading(name, async (signal) => pick(await source.read(signal)));
}

/** Reads once within a time; an answer that does not come is trouble of the stack. */
export async function readWithin<T>({ name, read }: Reading<T>, withinMs: number): Promise<T> {
  const deadline = deadlineIn(withinMs);
  try {
    return await read(deadline);
  } catch (error) {
    if (!deadline.aborted) throw error;
    throw new StackError(
      'STACK_SLOW',
      `Reading the ${name}: no answer within ${withinMs / 1_000} s. An API of the stack hangs or has too much to do.`,
      { cause: error },
    );
  }
}

/** Tells whether a value is a reading. */
export function isReading(value: unknown): value is Reading<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'read' in value &&
    typeof value.read === 'function'
  );
}
