/**
 * Compares what was expected with what was read, field by field, so that a failure can name the first
 * fields that differ. An expected object matches partially; an expected array matches as a whole.
 */
import { inspect, isDeepStrictEqual } from 'node:util';

/** Playwright's asymmetric matchers, such as `expect.stringMatching(...)`. */
export type Asymmetric = Readonly<Record<string, unknown>>;

/** What may be expected of a value: part of it, with asymmetric matchers anywhere. */
export type Expected<T> = T extends readonly (infer Item)[]
  ? readonly Expected<Item>[] | Asymmetric
  : T extends object
    ? { readonly [Key in keyof T]?: Expected<T[Key]> | undefined }
    : T | Asymmetric;

/** A named predicate, for what a pattern of fields cannot say. */
export interface Claim<T> {
  readonly claim: string;
  readonly holds: (value: T) => boolean;
}

/** One field that is not as expected. */
export interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** Builds a named predicate: `claim('has at least two members', (lb) => lb.members.length >= 2)`. */
export function claim<T>(text: string, holds: (value: T) => boolean): Claim<T> {
  return { claim: text, holds };
}

/** Lists the fields of `actual` that are not as `expected`; an empty list means that it matches. */
export function differencesOf(expected: unknown, actual: unknown): Difference[] {
  if (isClaim(expected)) {
    return expected.holds(actual)
      ? []
      : [{ path: '', expected: expected.claim, actual: shown(actual) }];
  }
  return walk(expected, actual, '');
}

/** Prints a value on one line, cut to a length that a terminal can bear. */
export function shown(value: unknown): string {
  const text = inspect(value, { depth: 4, breakLength: Infinity, compact: true, sorted: true });
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;
}

const longest = 240;

function walk(expected: unknown, actual: unknown, path: string): Difference[] {
  if (isAsymmetric(expected)) {
    return expected.asymmetricMatch(actual) ? [] : [difference(expected, actual, path)];
  }
  if (Array.isArray(expected)) {
    return walkArray(expected, actual, path);
  }
  if (isPlainObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      walk(value, actual[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return isDeepStrictEqual(expected, actual) ? [] : [difference(expected, actual, path)];
}

function walkArray(expected: readonly unknown[], actual: unknown, path: string): Difference[] {
  if (!Array.isArray(actual) || actual.length !== expected.length) {
    return [difference(expected, inFieldsOf(expected, actual), path)];
  }
  return expected.flatMap((item, index) => walk(item, actual[index], `${path}[${index}]`));
}

/** Leaves out the fields that nobody asked for, so that what differs fits on a line. */
function inFieldsOf(expected: readonly unknown[], actual: unknown): unknown {
  if (!Array.isArray(actual) || expected.length === 0 || !expected.every(isPlainObject)) {
    return actual;
  }
  const asked = new Set(expected.flatMap((item) => Object.keys(item)));
  return actual.map((item: unknown) =>
    isPlainObject(item)
      ? Object.fromEntries(Object.entries(item).filter(([key]) => asked.has(key)))
      : item,
  );
}

function difference(expected: unknown, actual: unknown, path: string): Difference {
  return { path, expected: wanted(expected), actual: shown(actual) };
}

function wanted(expected: unknown): string {
  return isAsymmetric(expected)
    ? `${expected.toString()}${'sample' in expected ? ` ${shown(expected.sample)}` : ''}`
    : shown(expected);
}

function isClaim(value: unknown): value is Claim<unknown> {
  return (
    isObject(value) && typeof value['claim'] === 'string' && typeof value['holds'] === 'function'
  );
}

interface AsymmetricMatching {
  asymmetricMatch(actual: unknown): boolean;
  toString(): string;
}

function isAsymmetric(value: unknown): value is AsymmetricMatching {
  return isObject(value) && typeof value['asymmetricMatch'] === 'function';
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as null);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
