/**
 * Reads the attributes of a request body and refuses what is unknown, missing or misshapen in the words
 * of WSME, which Octavia is built on.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { ApiFault } from '../http/fault.ts';

export const name = z.string().max(255).nullish();
export const up = z.boolean().default(true);
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/, 'Value should be UUID format');
/** A whole number between two others. */
export function between(least: number, most: number): z.ZodInt {
  return z
    .int()
    .min(least, `Value should be greater or equal to ${least}`)
    .max(most, `Value should be lower or equal to ${most}`);
}

export const portNumber = between(1, 65_535);
export const address = z
  .string()
  .refine((value) => isIP(value) !== 0, 'Value should be IPv4 or IPv6 format');
export const timeout = between(0, 31_536_000);
export const tagList = z.array(z.string().max(255));

/** One of a few words; which ones may differ by release. */
export function oneOf(words: readonly string[]): z.ZodType<string> {
  return z.string().refine((value) => words.includes(value), {
    error: `Value should be one of: ${words.join(', ')}`,
  });
}

/** The names of the arguments that WSME reads bodies into, where they are not those in the bodies. */
const argumentNames: Readonly<Record<string, string>> = {
  loadbalancer: 'load_balancer',
  listener: 'listener_',
  pool: 'pool_',
  member: 'member_',
  healthmonitor: 'health_monitor_',
  l7policy: 'l7policy_',
  rule: 'rule_',
  quota: 'quotas',
};

/** Takes the object out of a body such as {"pool": {...}} or refuses it. */
export function attributesIn<T extends z.ZodObject>(
  form: T,
  body: unknown,
  key: string,
): z.output<T> {
  const attributes = (body as Record<string, unknown> | undefined)?.[key];
  if (attributes === undefined || attributes === null) {
    throw new ApiFault(400, `Missing argument: "${key}"`);
  }
  const parsed = form.safeParse(attributes);
  if (parsed.success) return parsed.data;
  throw refusalOf(parsed.error, attributes, `${argumentNames[key] ?? key}.${key}`);
}

function refusalOf(error: z.ZodError, attributes: unknown, argument: string): ApiFault {
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [],
  );
  if (unknown.length > 0) {
    const names = unknown.join(', ');
    return new ApiFault(400, `Unknown attribute for argument ${argument}: ${names}`);
  }
  const [issue] = error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  const sent = (attributes as Record<string, unknown>)[String(issue?.path[0] ?? '')];
  if (sent === undefined) {
    return new ApiFault(
      400,
      `Invalid input for field/attribute ${field}. Value: 'None'. Mandatory field missing.`,
    );
  }
  const value = typeof sent === 'string' ? sent : JSON.stringify(sent);
  return new ApiFault(
    400,
    `Invalid input for field/attribute ${field}. Value: '${value}'. ${issue?.message ?? ''}`,
  );
}
