/**
 * Kinds made from custom resource definitions.
 */
import { type CustomResourceDefinition, isRecord, type KubeObject } from '../objects.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Column, Kind, Strategy } from './kind.ts';
import { check, fillDefaults, prune, type Schema } from './schema.ts';

type Version = CustomResourceDefinition['spec']['versions'][number];

/** The kinds that a definition serves, one for each version. */
export function kindsOf({ spec }: CustomResourceDefinition): Kind[] {
  const { group, names, scope, versions } = spec;
  return versions
    .filter(({ served }) => served)
    .map((version) => {
      const { subresources } = version;
      const { scale } = subresources ?? {};
      return {
        group,
        version: version.name,
        kind: names.kind,
        plural: names.plural,
        singular: names.singular ?? names.kind.toLowerCase(),
        shortNames: names.shortNames ?? [],
        categories: names.categories ?? [],
        isNamespaced: scope === 'Namespaced',
        hasStatus: subresources?.status !== undefined,
        subresources: [],
        hasGeneration: true,
        schema: version.schema?.openAPIV3Schema ?? {},
        strategy: strategyOf(version),
        ...(scale === undefined ? {} : { scale: lastParts(scale) }),
      };
    });
}

function lastParts(scale: { specReplicasPath: string; statusReplicasPath: string }): {
  spec: string;
  status: string;
} {
  const last = (path: string): string => path.split('.').at(-1) ?? '';
  return { spec: last(scale.specReplicasPath), status: last(scale.statusReplicasPath) };
}

function strategyOf(version: Version): Strategy {
  const schema = (version.schema?.openAPIV3Schema ?? {}) as unknown as Schema;
  const selectable = version.selectableFields ?? [];
  return {
    shape: (object, problems) => {
      fillDefaults(object, schema);
      const unknown = prune(object, schema);
      check(object, schema, ['', problems]);
      return unknown;
    },
    fields: (object) =>
      Object.fromEntries(
        selectable.map(({ jsonPath }) => [
          jsonPath.slice(1),
          String(cellOf(valueAt(object, jsonPath)) ?? ''),
        ]),
      ),
    columns: columnsOf(version),
  };
}

function columnsOf({ additionalPrinterColumns = [] }: Version): Column[] {
  if (additionalPrinterColumns.length === 0) return [nameColumn, ageColumn];
  return [
    nameColumn,
    ...additionalPrinterColumns.map(({ name, jsonPath, priority, type }) =>
      jsonPath === '.metadata.creationTimestamp'
        ? { ...ageColumn, name }
        : column(name, (object: KubeObject) => cellOf(valueAt(object, jsonPath)), {
            priority: priority ?? 0,
            type: type as Column['type'],
          }),
    ),
  ];
}

function cellOf(value: unknown): string | number | boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object') return JSON.stringify(value);
  return value as string | number | boolean;
}

/** Follows a simple JSON path such as ".status.vifs" or ".spec['a.b'][0]". */
function valueAt(object: KubeObject, path: string): unknown {
  const steps = [...path.matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]/g)];
  let at: unknown = object;
  for (const [, field, index, quoted] of steps) {
    const key = field ?? quoted;
    if (key !== undefined) at = isRecord(at) ? at[key] : undefined;
    else at = Array.isArray(at) ? at[Number(index)] : undefined;
  }
  return at;
}
