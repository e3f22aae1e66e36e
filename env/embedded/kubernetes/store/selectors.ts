/**
 * Label selectors and field selectors, in the words of query strings and of label selector objects.
 */
import type { LabelSelector } from '../objects.ts';
import { badRequest } from '../status.ts';

/** Tells whether labels or fields fit. */
export type Matcher = (values: Readonly<Record<string, string>>) => boolean;

const setForm = /^([^\s,!=()]+)\s+(in|notin)\s+\(([^)]*)\)$/;
const equalForm = /^([^\s,!=()]+)\s*(==|=|!=)\s*([^\s,()=!]*)$/;
const keyForm = /^(!?)\s*([^\s,!=()]+)$/;

/** Reads a label selector such as "app=web,tier in (a, b),!old". */
export function labelMatcher(text: string): Matcher | undefined {
  const matchers = splitOutsideBrackets(text).map(labelTerm);
  if (matchers.length === 0) return undefined;
  return (labels) => matchers.every((matches) => matches(labels));
}

function splitOutsideBrackets(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function labelTerm(term: string): Matcher {
  const matcher = setTerm(term) ?? equalTerm(term) ?? keyTerm(term);
  if (matcher === undefined) {
    const [, extra = term] = /^[^=!]*(?:==|!=|=)\s*([=!]+)/.exec(term) ?? [];
    throw badRequest(`unable to parse requirement: found '${extra}', expected: identifier`);
  }
  return matcher;
}

function setTerm(term: string): Matcher | undefined {
  const [, key, operator, list = ''] = setForm.exec(term) ?? [];
  if (key === undefined) return undefined;
  const values = list.split(',').map((value) => value.trim());
  return expressionMatcher(key, operator === 'in' ? 'In' : 'NotIn', values);
}

function equalTerm(term: string): Matcher | undefined {
  const [, key, operator, value = ''] = equalForm.exec(term) ?? [];
  if (key === undefined) return undefined;
  return (labels) => (labels[key] === value) === (operator !== '!=');
}

function keyTerm(term: string): Matcher | undefined {
  const [, not, key] = keyForm.exec(term) ?? [];
  return key === undefined ? undefined : (labels) => Object.hasOwn(labels, key) === (not === '');
}

/**
 * Reads a field selector such as "spec.nodeName=n1,status.phase!=Running". Kinds without fields of their
 * own know only a few, and say so at once.
 */
export function fieldMatcher(text: string, known?: readonly string[]): Matcher | undefined {
  const terms = text.split(',').filter((part) => part.trim() !== '');
  if (terms.length === 0) return undefined;
  const matchers = terms.map((term): Matcher => {
    const [, key = '', operator, value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term.trim()) ?? [];
    if (operator === undefined) {
      throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
    }
    if (known?.includes(key) === false) {
      const names = known.map((name) => `"${name}"`).join(', ');
      throw badRequest(`"${key}" is not a known field selector: only ${names}`);
    }
    return (fields) => {
      const found = fields[key];
      if (found === undefined) throw badRequest(`field label not supported: ${key}`);
      return (found === value) === (operator !== '!=');
    };
  });
  return (fields) => matchers.every((matches) => matches(fields));
}

/** Reads a label selector object; an absent one selects nothing, an empty one everything. */
export function selectorMatcher(selector: LabelSelector | undefined): Matcher {
  if (selector === undefined) return () => false;
  const equal = Object.entries(selector.matchLabels ?? {});
  const rules = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    expressionMatcher(key, operator, values),
  );
  return (labels) =>
    equal.every(([key, value]) => labels[key] === value) && rules.every((rule) => rule(labels));
}

/** One expression of a label selector or of a node selector. */
export function expressionMatcher(
  key: string,
  operator: string,
  values: readonly string[],
): Matcher {
  const number = (text: string | undefined): number => (text === undefined ? NaN : Number(text));
  switch (operator) {
    case 'In':
      return (labels) => labels[key] !== undefined && values.includes(labels[key]);
    case 'NotIn':
      return (labels) => labels[key] === undefined || !values.includes(labels[key]);
    case 'Exists':
      return (labels) => labels[key] !== undefined;
    case 'DoesNotExist':
      return (labels) => labels[key] === undefined;
    case 'Gt':
      return (labels) => number(labels[key]) > number(values[0]);
    case 'Lt':
      return (labels) => number(labels[key]) < number(values[0]);
    default:
      return () => false;
  }
}

/** Writes a label selector object as query strings have it. */
export function selectorText(selector: LabelSelector | undefined): string {
  const words: Readonly<Record<string, string>> = { In: 'in', NotIn: 'notin' };
  const equal = Object.entries(selector?.matchLabels ?? {}).map(
    ([key, value]) => `${key}=${value}`,
  );
  const rules = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${words[operator] ?? operator} (${values.join(',')})`;
  });
  return [...equal, ...rules].join(',');
}
