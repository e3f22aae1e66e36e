/**
 * What of a custom resource definition its users meet: names, columns and the tree of its schema, without
 * descriptions.
 */
import { type Json, listIn, objectIn } from '../recorder.ts';

/** Extracts it from the definition. */
export function definitionOf(body: Json): Json {
  const spec = objectIn(body, 'spec');
  const { group, scope, names } = spec;
  const versions = listIn(spec, 'versions').map((version) => ({
    name: version['name'],
    served: version['served'],
    storage: version['storage'],
    subresources: version['subresources'] ?? null,
    columns: listIn(version, 'additionalPrinterColumns').map(({ name, type, jsonPath }) => ({
      name,
      type,
      jsonPath,
    })),
    schema: treeOf(objectIn(objectIn(version, 'schema'), 'openAPIV3Schema')),
  }));
  return { spec: { group, scope, names, versions } };
}

/** A schema without words: nested properties, each with its type. */
function treeOf(schema: Json): unknown {
  const type = typeof schema['type'] === 'string' ? schema['type'] : 'any';
  const more = schema['x-kubernetes-preserve-unknown-fields'] === true ? ' and anything' : '';
  if (type === 'array') return [treeOf(objectIn(schema, 'items'))];
  const properties = Object.entries(objectIn(schema, 'properties'));
  if (properties.length === 0) return `${type}${more}`;
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  return Object.fromEntries(
    properties
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, inner]) => [required.has(name) ? `${name}!` : name, treeOf(inner as Json)]),
  );
}
