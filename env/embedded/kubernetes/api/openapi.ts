/**
 * OpenAPI documents, made from the client library's models and the schemas of custom resources, as far as
 * kubectl needs them to validate, patch and explain. They hold no descriptions.
 */
import { apiVersionOf, type Kind } from '../kinds/kind.ts';
import { type Attribute, attributesOf, itemTypeOf, valueTypeOf } from '../kinds/models.ts';
import type { Kinds } from '../kinds/registry.ts';
import { mergeKeyOf } from '../patch/merge-keys.ts';

type Schemas = Record<string, object>;

/** Where a form of OpenAPI keeps its schemas. */
type Root = '#/definitions/' | '#/components/schemas/';

function fieldSchema(type: string, format: string, root: Root): object {
  const item = itemTypeOf(type);
  if (item !== undefined) return { type: 'array', items: fieldSchema(item, '', root) };
  const value = valueTypeOf(type);
  if (value !== undefined) {
    return { type: 'object', additionalProperties: fieldSchema(value, '', root) };
  }
  if (type === 'any') return { 'x-kubernetes-preserve-unknown-fields': true };
  if (attributesOf(type) !== undefined) return { $ref: `${root}${type}` };
  return scalars[type] ?? { type, ...(format === '' ? {} : { format }) };
}

const scalars: Readonly<Record<string, object>> = {
  number: { type: 'integer', format: 'int64' },
  Date: { type: 'string', format: 'date-time' },
  V1MicroTime: { type: 'string', format: 'date-time' },
  IntOrString: { type: 'string', format: 'int-or-string' },
};

function namesIn(type: string): string {
  const inner = itemTypeOf(type) ?? valueTypeOf(type);
  return inner === undefined ? type : namesIn(inner);
}

function collect(model: string, root: Root, into: Schemas): void {
  const fields = attributesOf(model);
  if (fields === undefined || into[model] !== undefined) return;
  into[model] = {
    type: 'object',
    properties: Object.fromEntries(
      [...fields.values()].map((field) => [field.baseName, propertyOf(model, field, root)]),
    ),
  };
  for (const { type } of fields.values()) collect(namesIn(type), root, into);
}

function propertyOf(model: string, { baseName, type, format }: Attribute, root: Root): object {
  const schema = fieldSchema(type, format, root);
  const mergeKey = mergeKeyOf(model, baseName);
  if (mergeKey === undefined) return schema;
  return {
    ...schema,
    'x-kubernetes-patch-strategy': baseName === 'volumes' ? 'merge,retainKeys' : 'merge',
    ...(mergeKey === '' ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
  };
}

function schemasOf(kinds: readonly Kind[], root: Root): Schemas {
  const schemas: Schemas = {};
  for (const kind of kinds) {
    const { group, version, model } = kind;
    const name = model ?? `${group}.${version}.${kind.kind}`;
    if (model === undefined) {
      collect('V1ObjectMeta', root, schemas);
      schemas[name] = customSchema(kind, root);
    } else {
      collect(model, root, schemas);
    }
    const words = { group, version, kind: kind.kind };
    schemas[name] = { ...schemas[name], 'x-kubernetes-group-version-kind': [words] };
  }
  return schemas;
}

function customSchema({ schema }: Kind, root: Root): object {
  const own = (schema ?? { type: 'object' }) as { properties?: object };
  const text = { type: 'string' };
  const metadata = { $ref: `${root}V1ObjectMeta` };
  return { ...own, properties: { ...own.properties, apiVersion: text, kind: text, metadata } };
}

const queryOf = (isV3: boolean): object[] =>
  ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
    name,
    in: 'query',
    ...(isV3 ? { schema: { type: 'string' } } : { type: 'string' }),
  }));

function pathsOf(kinds: readonly Kind[], isV3: boolean): Record<string, object> {
  return Object.fromEntries(
    kinds.map((kind) => {
      const { group, version, plural, isNamespaced } = kind;
      const root = group === '' ? '/api' : '/apis';
      const place = isNamespaced ? '/namespaces/{namespace}' : '';
      const words = { group, version, kind: kind.kind };
      const operation = (action: string): object => ({
        'x-kubernetes-action': action,
        'x-kubernetes-group-version-kind': words,
        parameters: queryOf(isV3),
        responses: { '200': { description: 'OK' } },
      });
      const path = `${root}/${apiVersionOf(kind)}${place}/${plural}/{name}`;
      return [path, { get: operation('get'), put: operation('put'), patch: operation('patch') }];
    }),
  );
}

/** One field of a protocol buffer with up to 127 bytes in it. */
function bytesField(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

/** Keeps documents until the kinds change. */
export class OpenApi {
  readonly #kinds: Kinds;
  readonly #version: string;
  readonly #kept = new Map<string, string>();
  #edition = -1;

  constructor(kinds: Kinds, version: string) {
    this.#kinds = kinds;
    this.#version = version;
  }

  /** The list of documents of version 3. */
  index(): object {
    const paths = [...this.#kinds.versions().keys()].map((apiVersion) => {
      const path = `${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;
      const hash = `${this.#kinds.edition}`;
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
    });
    return { paths: Object.fromEntries(paths) as object };
  }

  /** The document of one version; undefined when it is not served. */
  document(apiVersion: string): string | undefined {
    const kinds = this.#kinds.versions().get(apiVersion);
    if (kinds === undefined) return undefined;
    return this.#once(apiVersion, () => ({
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: this.#version },
      paths: pathsOf(kinds, true),
      components: { schemas: schemasOf(kinds, '#/components/schemas/') },
    }));
  }

  /** The document of version 2, for everything at once. */
  old(): string {
    const kinds = this.#kinds.all();
    return this.#once('v2', () => ({
      swagger: '2.0',
      info: { title: 'Kubernetes', version: this.#version },
      paths: pathsOf(kinds, false),
      definitions: schemasOf(kinds, '#/definitions/'),
    }));
  }

  /**
   * Version 2 in the form of protocol buffers, which kubectl up to 1.28 reads before it does anything. It
   * has no definitions: clients then know the built-in kinds by themselves, and others as plain maps.
   */
  binary(): Buffer {
    const info = [
      bytesField(1, Buffer.from('Kubernetes')),
      bytesField(2, Buffer.from(this.#version)),
    ];
    return Buffer.concat([
      bytesField(1, Buffer.from('2.0')),
      bytesField(2, Buffer.concat(info)),
      bytesField(8, Buffer.alloc(0)),
    ]);
  }

  #once(name: string, make: () => object): string {
    if (this.#edition !== this.#kinds.edition) this.#kept.clear();
    this.#edition = this.#kinds.edition;
    const text = this.#kept.get(name) ?? JSON.stringify(make());
    this.#kept.set(name, text);
    return text;
  }
}
