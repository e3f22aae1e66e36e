/**
 * Reads the attributes of a request body: refuses what is unknown, missing or misshapen in Neutron's
 * words, and converts as Neutron does ("true" is true, "12" is 12).
 */
import { z } from 'zod';
import type { ApiFault } from '../http/fault.ts';
import { badRequest } from './faults.ts';

/** Neutron takes true, "true", "True", 1 and "1" for true. */
export const flag = z.preprocess((value) => {
  if (typeof value === 'number') return value === 1;
  return typeof value === 'string' ? ['true', '1'].includes(value.toLowerCase()) : value;
}, z.boolean());

/** A whole number, perhaps in quotes. */
export const whole = z.preprocess(
  (value) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
  z.int(),
);

/** A whole number that is not below zero. */
export const nonNegative = whole.pipe(z.int().min(0, 'should be non-negative'));

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word> {
  return z.enum(words, 'is not in valid_values');
}

export const text = z.string('is not a valid string').max(255);
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/, 'is not a valid UUID');

/** Attributes that every creation may carry. */
export const standardPost = {
  name: text.default(''),
  description: z.string().default(''),
  project_id: z.string().optional(),
  tenant_id: z.string().optional(),
};

/** Attributes that every update may carry. */
export const standardPut = { name: text.optional(), description: z.string().optional() };

/** Parses attributes or refuses them in Neutron's words. */
export function attributesIn<T extends z.ZodObject>(form: T, attributes: unknown): z.output<T> {
  const parsed = form.safeParse(attributes);
  if (parsed.success) return parsed.data;
  throw refusalOf(parsed.error, attributes);
}

function refusalOf(error: z.ZodError, attributes: unknown): ApiFault {
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  );
  if (unknown.length > 0) {
    return badRequest(`Unrecognized attribute(s) '${unknown.join(', ')}'`);
  }
  const [issue] = error.issues;
  const name = String(issue?.path[0] ?? 'body');
  const sent = (attributes as Record<string, unknown> | undefined)?.[name];
  return sent === undefined && issue?.path.length === 1
    ? badRequest(`Failed to parse request. Required attribute '${name}' not specified`)
    : badRequest(`Invalid input for ${name}. Reason: ${said(sent, issue?.message ?? 'is wrong')}.`);
}

/** Of all validators of neutron-lib only that of a list of words prints the value without quotes. */
function said(value: unknown, reason: string): string {
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  return reason === 'is not in valid_values' ? `${plain} ${reason}` : `'${plain}' ${reason}`;
}
