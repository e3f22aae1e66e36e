/**
 * The plain reading of Kubernetes' rules, sentence by sentence of its documentation.
 */
import { expect, test } from '@playwright/test';
import {
  admits,
  type IngressPolicy,
  type IngressRule,
  type PlacedPolicy,
  type Subject,
  tableUnder,
} from './semantics.ts';

const http = { protocol: 'TCP', port: 8080 } as const;
const datagrams = { protocol: 'UDP', port: 8080 } as const;

function subject(namespace: string, name: string): Subject {
  return { namespace, name, labels: { pod: name }, namespaceLabels: { team: namespace } };
}

const xa = subject('x', 'a');
const xb = subject('x', 'b');
const ya = subject('y', 'a');
const yb = subject('y', 'b');

function policy(ingress: readonly IngressRule[], podSelector = {}): PlacedPolicy {
  const spec: IngressPolicy = { podSelector, policyTypes: ['Ingress'], ingress };
  return { namespace: 'x', spec };
}

test.describe('the semantics of ingress policies', () => {
  test('admit everybody to a pod that no policy selects', () => {
    expect(admits([], [ya, xa], http)).toBe(true);
    expect(admits([policy([], { matchLabels: { pod: 'b' } })], [ya, xa], http)).toBe(true);
    expect(admits([policy([])], [xa, ya], http)).toBe(true);
  });

  test('admit nobody to a pod that is selected by a policy without rules', () => {
    expect(admits([policy([])], [xb, xa], http)).toBe(false);
    expect(admits([policy([])], [ya, xa], http)).toBe(false);
  });

  test('add policies up', () => {
    expect(admits([policy([]), policy([{}])], [ya, xa], http)).toBe(true);
  });

  test('take a rule without peers and ports for one that admits everything', () => {
    expect(admits([policy([{}])], [ya, xa], datagrams)).toBe(true);
  });

  test('take a pod selector alone for pods of the namespace of the policy', () => {
    const rules = [{ from: [{ podSelector: { matchLabels: { pod: 'b' } } }] }];

    expect(admits([policy(rules)], [xb, xa], http)).toBe(true);
    expect(admits([policy(rules)], [yb, xa], http)).toBe(false);
  });

  test('take a namespace selector alone for all pods of these namespaces', () => {
    const rules = [{ from: [{ namespaceSelector: { matchLabels: { team: 'y' } } }] }];

    expect(admits([policy(rules)], [ya, xa], http)).toBe(true);
    expect(admits([policy(rules)], [xb, xa], http)).toBe(false);
  });

  test('want both selectors of one peer, and either of two peers', () => {
    const namespaceSelector = { matchLabels: { team: 'y' } };
    const podSelector = { matchLabels: { pod: 'b' } };

    const both = policy([{ from: [{ namespaceSelector, podSelector }] }]);
    expect([ya, yb, xb].map((from) => admits([both], [from, xa], http))).toEqual([
      false,
      true,
      false,
    ]);
    const either = policy([{ from: [{ namespaceSelector }, { podSelector }] }]);
    expect([ya, yb, xb].map((from) => admits([either], [from, xa], http))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('want port and protocol', () => {
    const rules = [{ ports: [http] }];

    expect(admits([policy(rules)], [ya, xa], http)).toBe(true);
    expect(admits([policy(rules)], [ya, xa], datagrams)).toBe(false);
    expect(admits([policy(rules)], [ya, xa], { ...http, port: 8081 })).toBe(false);
  });

  test('leave a pod to itself in a table', () => {
    const cells = tableUnder([policy([])], [xa, xb, ya], http);
    const at = { ip: '192.0.2.1' };

    expect(cells({ ...xa, ...at }, { ...xa, ...at })).toBe('open');
    expect(cells({ ...xb, ...at }, { ...xa, ...at })).toBe('blocked');
    expect(cells({ ...xb, ...at }, { ...ya, ...at })).toBe('open');
    expect(() => cells({ ...yb, ...at }, { ...xa, ...at })).toThrow('y/b');
  });
});
