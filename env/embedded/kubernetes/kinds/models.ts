/**
 * Reads objects by the models of the client library: keeps what a kind has, notes what it has not, and
 * refuses values of a wrong type, as the decoder of a real API server does.
 */
import * as library from '#kubernetes-client';
import { isRecord } from '../objects.ts';
import { badRequest } from '../status.ts';

/** One field of a model. */
export interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

interface Model {
  getAttributeTypeMap?(): readonly Attribute[];
}

const known = new Map<string, ReadonlyMap<string, Attribute> | undefined>();

/** The fields of a model by their name on the wire; undefined for a name that is no model. */
export function attributesOf(model: string): ReadonlyMap<string, Attribute> | undefined {
  if (known.has(model)) return known.get(model);
  const found = (library as unknown as Readonly<Record<string, Model | undefined>>)[model];
  const list = found?.getAttributeTypeMap?.();
  const fields =
    list === undefined ? undefined : new Map(list.map((field) => [field.baseName, field]));
  known.set(model, fields);
  return fields;
}

const listForm = /^Array<(.*)>$/;
const mapForm = /^\{ \[key: string\]: (.*); \}$/;

/** The type of a list's items. */
export function itemTypeOf(type: string): string | undefined {
  return listForm.exec(type)?.[1];
}

/** The type of a map's values. */
export function valueTypeOf(type: string): string | undefined {
  return mapForm.exec(type)?.[1];
}

/** Quantities are texts in the models, but may be written as numbers. */
const quantities = new Set(
  [
    'limits',
    'requests',
    'capacity',
    'allocatable',
    'hard',
    'used',
    'overhead',
    'max',
    'min',
  ].concat(['default', 'defaultRequest', 'sizeLimit', 'divisor']),
);

/** Lists that are sent even when they are empty. */
const keptWhenEmpty = new Set([
  'endpoints',
  'rules',
  'addresses',
  'containers',
  'ports',
  'subjects',
]);

/** An object as its model has it, and the paths of what it does not have. */
export interface Decoded {
  readonly value: unknown;
  readonly unknown: readonly string[];
}

/** Decodes a value of a model. */
export function decode(value: unknown, model: string): Decoded {
  const unknown: string[] = [];
  return { value: read(value, model, { path: '', name: '', struct: model, unknown }), unknown };
}

interface Place {
  readonly path: string;
  readonly name: string;
  readonly struct: string;
  readonly unknown: string[];
}

function read(value: unknown, type: string, place: Place): unknown {
  const item = itemTypeOf(type);
  if (item !== undefined) return readList(value, item, place);
  const inner = valueTypeOf(type);
  if (inner !== undefined) return readMap(value, inner, place);
  const fields = type === 'any' || type === 'object' ? undefined : attributesOf(type);
  return fields === undefined ? readScalar(value, type, place) : readStruct(value, type, place);
}

function readList(value: unknown, item: string, place: Place): unknown {
  if (!Array.isArray(value)) throw mismatch(value, place, `[]${item}`);
  return value.map((each, index) =>
    read(each, item, { ...place, path: `${place.path}[${index}]` }),
  );
}

function readMap(value: unknown, inner: string, place: Place): unknown {
  if (!isRecord(value)) throw mismatch(value, place, `map[string]${inner}`);
  const entries = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(
    entries.map(([key, each]) => [
      key,
      read(each, inner, { ...place, path: `${place.path}.${key}` }),
    ]),
  );
}

function readStruct(value: unknown, model: string, place: Place): unknown {
  if (!isRecord(value)) throw mismatch(value, place, model);
  const fields = attributesOf(model);
  const out: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) {
    const field = fields?.get(key);
    const path = place.path === '' ? key : `${place.path}.${key}`;
    if (field === undefined) {
      place.unknown.push(path);
    } else if (each !== null) {
      const seen = read(each, field.type, { ...place, path, name: key, struct: model });
      if (!isDropped(seen, key, field.type)) out[key] = seen;
    }
  }
  return out;
}

/** Go leaves empty lists and maps out of what it sends. */
function isDropped(value: unknown, name: string, type: string): boolean {
  if (keptWhenEmpty.has(name)) return false;
  if (Array.isArray(value)) return value.length === 0;
  return mapForm.test(type) && Object.keys(value as object).length === 0;
}

const scalarTypes: Readonly<Record<string, readonly [js: string, go: string]>> = {
  string: ['string', 'string'],
  number: ['number', 'int32'],
  boolean: ['boolean', 'bool'],
};

function readScalar(value: unknown, type: string, place: Place): unknown {
  if (type === 'Date' || type === 'V1MicroTime') {
    if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
    throw badRequest(`parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00"`);
  }
  if (type === 'string' && typeof value === 'number' && isQuantity(place)) return String(value);
  const expected = scalarTypes[type];
  if (expected !== undefined && typeof value !== expected[0]) {
    throw mismatch(value, place, expected[1]);
  }
  return value;
}

function isQuantity({ path, name }: Place): boolean {
  return quantities.has(name) || quantities.has(path.split('.').at(-2) ?? '');
}

function mismatch(value: unknown, { path, struct }: Place, type: string): Error {
  const was = Array.isArray(value) ? 'array' : isRecord(value) ? 'object' : typeof value;
  const word = was === 'boolean' ? 'bool' : was;
  const field = `${struct.replace(/^V\d+/, '')}.${path.replace(/\[\d+\]/g, '')}`;
  return badRequest(`json: cannot unmarshal ${word} into Go struct field ${field} of type ${type}`);
}
