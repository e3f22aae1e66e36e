/**
 * Tables, which `kubectl get` asks for in place of objects.
 */
import type { Kind } from '../kinds/kind.ts';
import { ageColumn, nameColumn } from '../kinds/columns.ts';
import type { KubeObject } from '../objects.ts';

const fallback = [nameColumn, ageColumn];

/** Tells whether a client wants a table. */
export function wantsTable(accept: string | undefined): boolean {
  const [first = ''] = (accept ?? '').split(',');
  return first.includes('as=Table') && first.includes('g=meta.k8s.io');
}

/** Tells whether a client wants metadata alone. */
export function wantsMetadata(accept: string | undefined): boolean {
  return /as=PartialObjectMetadata(List)?\b/.test((accept ?? '').split(',')[0] ?? '');
}

/** The metadata of an object, alone. */
export function metadataOf({ metadata }: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** How a table is made. */
export interface TableOptions {
  readonly includeObject?: string | null;
  /** What stands in the table's own metadata. */
  readonly metadata: object;
  /** Watches tell the columns only once. */
  readonly hasColumns?: boolean;
}

/** Makes a table of objects. */
export function tableFor(
  kind: Kind,
  objects: readonly KubeObject[],
  options: TableOptions,
): object {
  const columns = kind.strategy.columns ?? fallback;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions:
      options.hasColumns === false
        ? null
        : columns.map(({ name, type, priority = 0 }) => ({
            name,
            type,
            format: name === 'Name' ? 'name' : '',
            description: '',
            priority,
          })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object)),
      ...(options.includeObject === 'None' ? {} : { object: rowObject(object, options) }),
    })),
  };
}

function rowObject(object: KubeObject, { includeObject }: TableOptions): object {
  return includeObject === 'Object' ? object : metadataOf(object);
}
