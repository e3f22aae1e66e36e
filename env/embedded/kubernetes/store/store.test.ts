import { expect, test } from '@playwright/test';
import type { KubeObject } from '../objects.ts';
import { fieldMatcher, labelMatcher, selectorMatcher, selectorText } from './selectors.ts';
import { type Change, Store } from './store.ts';

const object = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name, uid: name, resourceVersion: '', creationTimestamp: '' },
});

test('listeners hear of their scope alone, each change once', () => {
  const store = new Store();
  const heard: string[] = [];
  const hear =
    (who: string) =>
    ({ type, object: { metadata } }: Change): void => {
      heard.push(`${who} ${type} ${metadata.namespace ?? ''}/${metadata.name}`);
    };
  store.listen('maps', {}, hear('all'));
  store.listen('maps', { namespace: 'a' }, hear('a'));
  const stop = store.listen('maps', { namespace: 'a', name: 'x' }, hear('a/x'));
  const made = store.put('maps', object('a', 'x'));
  store.put('maps', object('b', 'x'));
  stop();
  store.remove('maps', made);
  expect(heard).toEqual(
    ['all ADDED a/x', 'a ADDED a/x', 'a/x ADDED a/x'].concat([
      'all ADDED b/x',
      'all DELETED a/x',
      'a DELETED a/x',
    ]),
  );
});

test('changes are known until they are forgotten', () => {
  const store = new Store();
  store.put('maps', object('a', 'x'));
  const { version } = store;
  store.put('maps', object('a', 'y'));
  const names = store.changesAfter('maps', version)?.map((change) => change.object.metadata.name);
  expect(names).toEqual(['y']);
  store.compact();
  expect(store.changesAfter('maps', version)).toBeUndefined();
  expect(store.changesAfter('maps', store.version)).toEqual([]);
  for (let index = 0; index < 3_000; index += 1) store.put('maps', object('a', 'x'));
  expect(store.changesAfter('maps', version + 2)).toBeUndefined();
});

const labels = { app: 'web', tier: 'front' };

for (const [text, fits] of [
  ['app=web', true],
  ['app==web,tier!=front', false],
  ['app in (web, db)', true],
  ['app notin (web,db)', false],
  ['tier,!old', true],
  ['old', false],
  ['none!=x', true],
] as const) {
  test(`the selector "${text}" ${fits ? 'fits' : 'does not fit'}`, () => {
    expect(labelMatcher(text)?.(labels)).toBe(fits);
  });
}

test('selector objects select like their text; none selects nothing, an empty one all', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['front', 'back'] },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  };
  expect(selectorMatcher(selector)(labels)).toBe(true);
  expect(selectorText(selector)).toBe('app=web,tier in (front,back),!old');
  expect(labelMatcher(selectorText(selector))?.(labels)).toBe(true);
  expect(selectorMatcher(undefined)(labels)).toBe(false);
  expect(selectorMatcher({})(labels)).toBe(true);
  expect(fieldMatcher('a.b=1,c!=2')?.({ 'a.b': '1', c: '3' })).toBe(true);
});
