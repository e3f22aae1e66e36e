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

function subject(namespace: string, name: string, ip: string): Subject {
  return { namespace, name, ip, labels: { pod: name }, namespaceLabels: { team: namespace } };
}

const xa = subject('x', 'a', '192.0.2.1');
const xb = subject('x', 'b', '192.0.2.2');
const ya = subject('y', 'a', '192.0.2.129');
const yb = subject('y', 'b', '192.0.2.130');

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

  test('take a protocol without a port for every port of it', () => {
    const rules = [{ ports: [{ protocol: 'TCP' }] as const }];

    expect(admits([policy(rules)], [ya, xa], http)).toBe(true);
    expect(admits([policy(rules)], [ya, xa], { ...http, port: 1 })).toBe(true);
    expect(admits([policy(rules)], [ya, xa], datagrams)).toBe(false);
  });

  test('admit the addresses of a block but those of each exception', () => {
    const except = ['192.0.2.128/31', '192.0.2.130/32'];
    const admitted = (from: Subject, exceptions: readonly string[]): boolean =>
      admits(
        [policy([{ from: [{ ipBlock: { cidr: '192.0.2.0/24', except: exceptions } }] }])],
        [from, xa],
        http,
      );

    expect([xb, ya, yb].map((from) => admitted(from, []))).toEqual([true, true, true]);
    expect([xb, ya, yb].map((from) => admitted(from, except))).toEqual([true, false, false]);
    expect(admitted(subject('z', 'a', '198.51.100.1'), [])).toBe(false);
  });

  test('admit everybody by an empty rule wherever it stands', () => {
    const some = { from: [{ podSelector: { matchLabels: { pod: 'b' } } }] };

    expect(admits([policy([{}, some])], [ya, xa], http)).toBe(true);
    expect(admits([policy([some, {}])], [ya, xa], http)).toBe(true);
    expect(admits([policy([some])], [ya, xa], http)).toBe(false);
  });

  test('leave a pod to itself in a table', () => {
    const cells = tableUnder([policy([])], [xa, xb, ya], http);

    expect(cells(xa, xa)).toBe('open');
    expect(cells(xb, xa)).toBe('blocked');
    expect(cells(xb, ya)).toBe('open');
    expect(() => cells(yb, xa)).toThrow('y/b');
  });
});
