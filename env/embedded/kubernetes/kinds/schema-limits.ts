/**
 * The limits that schemas set to single values.
 */
import type { Problems } from '../status.ts';
import type { Schema } from './schema.ts';

/** Looks at lengths, sizes, patterns and enumerations. */
export function checkLimits(
  value: unknown,
  schema: Schema,
  [path, problems]: [string, Problems],
): void {
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    problems.unsupported(path, value, schema.enum.map(String));
  }
  if (typeof value === 'string') checkText(value, schema, [path, problems]);
  if (typeof value === 'number') checkNumber(value, schema, [path, problems]);
  if (Array.isArray(value)) checkItems(value, schema, [path, problems]);
}

function checkText(value: string, schema: Schema, [path, problems]: [string, Problems]): void {
  const { pattern, minLength = 0, maxLength = Infinity } = schema;
  if (pattern !== undefined && !new RegExp(pattern).test(value)) {
    problems.invalid(path, value, `${path} in body should match '${pattern}'`);
  }
  if (value.length < minLength) {
    problems.invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  }
  if (value.length > maxLength) {
    problems.invalid(path, value, `${path} in body should be at most ${maxLength} chars long`);
  }
}

function checkNumber(value: number, schema: Schema, [path, problems]: [string, Problems]): void {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  if (value < minimum) {
    const text = `${path} in body should be greater than or equal to ${minimum}`;
    problems.invalid(path, value, text);
  }
  if (value > maximum) {
    problems.invalid(path, value, `${path} in body should be less than or equal to ${maximum}`);
  }
}

function checkItems(
  value: readonly unknown[],
  schema: Schema,
  [path, problems]: [string, Problems],
): void {
  const { minItems = 0, maxItems = Infinity } = schema;
  if (value.length < minItems) {
    problems.invalid(path, value.length, `${path} in body should have at least ${minItems} items`);
  }
  if (value.length > maxItems) {
    problems.invalid(path, value.length, `${path} in body should have at most ${maxItems} items`);
  }
}
