/**
 * What the selectors of a request choose from a collection, and what that means for its pages.
 */
import type { Kind } from '../kinds/kind.ts';
import type { KubeObject } from '../objects.ts';
import { fieldMatcher, labelMatcher } from '../store/selectors.ts';
import type { Page } from './pages.ts';

/** How many objects are left is not counted where a selector chooses among them. */
export function remainingOf({ remaining }: Page, query: URLSearchParams): object {
  const isChosen = query.has('labelSelector') || query.has('fieldSelector');
  return isChosen ? {} : { remainingItemCount: remaining };
}

/** The one name that a field selector chooses. */
export function namedBy(query: URLSearchParams): string | undefined {
  const selector = query.get('fieldSelector') ?? '';
  return /^metadata\.name==?([^,]+)$/.exec(selector)?.[1];
}

/** All that most kinds can be chosen by. */
const plainFields = ['metadata.name', 'metadata.namespace'];

/** Tells which objects the selectors of a query choose. */
export function matcherOf(kind: Kind, query: URLSearchParams): (object: KubeObject) => boolean {
  const labels = labelMatcher(query.get('labelSelector') ?? '');
  const isPlain = kind.strategy.fields === undefined;
  const fields = fieldMatcher(query.get('fieldSelector') ?? '', isPlain ? plainFields : undefined);
  if (labels === undefined && fields === undefined) return () => true;
  const valuesOf = (object: KubeObject): Readonly<Record<string, string>> => ({
    ...kind.strategy.fields?.(object),
    'metadata.name': object.metadata.name,
    'metadata.namespace': object.metadata.namespace ?? '',
  });
  return (object) =>
    (labels?.(object.metadata.labels ?? {}) ?? true) && (fields?.(valuesOf(object)) ?? true);
}
