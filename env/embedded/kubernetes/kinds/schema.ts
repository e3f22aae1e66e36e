/**
 * Structural schemas of custom resources: what they fill in, cut off and refuse.
 */
import { isRecord } from '../objects.ts';
import type { Problems } from '../status.ts';
import { checkLimits } from './schema-limits.ts';

/** A schema as custom resource definitions write it. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Fills in the defaults of a schema. */
export function fillDefaults(value: unknown, schema: Schema): void {
  const { items, additionalProperties } = schema;
  if (Array.isArray(value) && items !== undefined) {
    for (const item of value) fillDefaults(item, items);
  }
  if (!isRecord(value)) return;
  fillProperties(value, schema.properties);
  if (!isRecord(additionalProperties)) return;
  for (const inner of Object.values(value)) fillDefaults(inner, additionalProperties);
}

function fillProperties(
  value: Record<string, unknown>,
  properties: Readonly<Record<string, Schema>> = {},
): void {
  for (const [key, inner] of Object.entries(properties)) {
    if (inner.default !== undefined) value[key] ??= structuredClone(inner.default);
    fillDefaults(value[key], inner);
  }
}

const always = new Set(['apiVersion', 'kind', 'metadata']);

/** Cuts off what a schema does not know; gives the paths of it. */
export function prune(value: unknown, schema: Schema, path = ''): string[] {
  if (Array.isArray(value)) return pruneItems(value, schema, path);
  if (!isRecord(value)) return [];
  const isObject = path === '' || schema['x-kubernetes-embedded-resource'] === true;
  const keys = Object.keys(value).filter((key) => !(isObject && always.has(key)));
  return keys.flatMap((key) => {
    const inner = schema.properties?.[key] ?? extra(schema);
    if (inner === true) return [];
    if (inner !== undefined) return prune(value[key], inner, join(path, key));
    Reflect.deleteProperty(value, key);
    return [join(path, key)];
  });
}

function pruneItems(items: readonly unknown[], schema: Schema, path: string): string[] {
  const { items: inner } = schema;
  if (inner === undefined) return [];
  return items.flatMap((item, index) => prune(item, inner, `${path}[${index}]`));
}

/** What the schema says of properties that it does not name; true when it takes them as they are. */
function extra(schema: Schema): Schema | true | undefined {
  const { additionalProperties } = schema;
  if (isRecord(additionalProperties)) return additionalProperties;
  const isOpen =
    additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return isOpen ? true : undefined;
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

function fitsType(value: unknown, { type }: Schema): boolean {
  const seen = typeOf(value);
  return type === undefined || seen === type || (type === 'number' && seen === 'integer');
}

/** Looks whether a value is what a schema wants. */
export function check(value: unknown, schema: Schema, [path, problems]: [string, Problems]): void {
  if (value === null && schema.nullable === true) return;
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (!['integer', 'string'].includes(typeOf(value)))
      wrongType(value, 'integer,string', [path, problems]);
    return;
  }
  if (!fitsType(value, schema)) {
    wrongType(value, schema.type ?? '', [path, problems]);
    return;
  }
  checkLimits(value, schema, [path, problems]);
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema;
    value.forEach((item, index) => {
      check(item, items, [`${path}[${index}]`, problems]);
    });
  }
  if (isRecord(value)) checkProperties(value, schema, [path, problems]);
  checkCombinations(value, schema, [path, problems]);
}

function wrongType(value: unknown, type: string, [path, problems]: [string, Problems]): void {
  const seen = typeOf(value);
  problems.type(path, seen, `${path} in body must be of type ${type}: "${seen}"`);
}

function checkProperties(
  value: Record<string, unknown>,
  schema: Schema,
  [path, problems]: [string, Problems],
): void {
  for (const key of schema.required ?? []) {
    if (value[key] === undefined) problems.required(join(path, key));
  }
  for (const [key, each] of Object.entries(value)) {
    const inner = schema.properties?.[key] ?? schema.additionalProperties;
    if (isRecord(inner) && !(path === '' && always.has(key))) {
      check(each, inner, [join(path, key), problems]);
    }
  }
}

function checkCombinations(
  value: unknown,
  { allOf, anyOf, oneOf, not }: Schema,
  [path, problems]: [string, Problems],
): void {
  const fits = (schema: Schema): boolean => {
    const found = new (problems.constructor as new () => Problems)();
    check(value, schema, [path, found]);
    return found.causes.length === 0;
  };
  for (const schema of allOf ?? []) check(value, schema, [path, problems]);
  if (anyOf !== undefined && !anyOf.some(fits)) {
    problems.invalid(path, value, `"${path}" must validate at least one schema (anyOf)`);
  }
  if (oneOf !== undefined && oneOf.filter(fits).length !== 1) {
    problems.invalid(path, value, `"${path}" must validate one and only one schema (oneOf)`);
  }
  if (not !== undefined && fits(not)) {
    problems.invalid(path, value, `"${path}" must not validate the schema (not)`);
  }
}
