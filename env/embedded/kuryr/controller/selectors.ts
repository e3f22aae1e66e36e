/**
 * Label selectors as the API server evaluates them, and as Kuryr matches them by itself.
 */
import type { Labels, Selector } from '../api/resources.ts';

type Expression = NonNullable<Selector['matchExpressions']>[number];

function matchesExpression({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** Whether labels satisfy a selector; an empty one is satisfied by all. */
export function matches(selector: Selector | undefined, labels: Labels = {}): boolean {
  return (
    Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector?.matchExpressions ?? []).every((expression) => matchesExpression(expression, labels))
  );
}

/** Whether a selector has a label with an empty value, which Kuryr's own matching takes for a missing one. */
export function asksForEmptyValue(selector: Selector | undefined): boolean {
  return Object.values(selector?.matchLabels ?? {}).includes('');
}

/** Whether a selector selects everything. */
export function isEmpty(selector: Selector): boolean {
  return Object.keys(selector).length === 0;
}
