/**
 * The plain reading of Kubernetes' rules, sentence by sentence of its documentation, and against the
 * second reading of `flows.ts` with policies at random.
 */
import { expect, test } from '@playwright/test';
import { search } from '#helpers';
import { anyPolicy, type Vocabulary } from './arbitrary.ts';
import { admittedFlows, flowOf } from './flows.ts';
import {
  admits,
  type EgressRule,
  type IngressRule,
  type PlacedPolicy,
  type Policy,
  type Subject,
  tableUnder,
} from './semantics.ts';

const http = { protocol: 'TCP', port: 8080 } as const;
const datagrams = { protocol: 'UDP', port: 8080 } as const;

function subject(namespace: string, name: string, ip: string): Subject {
  return {
    ...{ namespace, name, ip, labels: { pod: name }, namespaceLabels: { team: namespace } },
    ports: [{ name: 'api', protocol: 'TCP', port: name === 'a' ? 8080 : 8081 }],
  };
}

const xa = subject('x', 'a', '192.0.2.1');
const xb = subject('x', 'b', '192.0.2.2');
const ya = subject('y', 'a', '192.0.2.129');
const yb = subject('y', 'b', '192.0.2.130');

function policy(ingress: readonly IngressRule[], podSelector = {}): PlacedPolicy {
  const spec: Policy = { podSelector, policyTypes: ['Ingress'], ingress };
  return { namespace: 'x', spec };
}

function sending(egress: readonly EgressRule[], podSelector = {}): PlacedPolicy {
  return { namespace: 'x', spec: { podSelector, policyTypes: ['Egress'], egress } };
}

test.describe('the semantics of policies', () => {
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

  test('hold back only what leaves the pods that an egress policy selects', () => {
    const policies = [sending([{ to: [{ namespaceSelector: { matchLabels: { team: 'y' } } }] }])];

    expect(admits(policies, [xa, ya], http)).toBe(true);
    expect(admits(policies, [xa, xb], http)).toBe(false);
    expect(admits(policies, [ya, xa], http)).toBe(true);
    expect(admits([sending([])], [xa, ya], http)).toBe(false);
    expect(admits([sending([{}])], [xa, ya], http)).toBe(true);
  });

  test('want both sides of a pair to let through', () => {
    const out = sending([{ to: [{ podSelector: {} }] }]);

    expect(admits([out, policy([])], [xa, xb], http)).toBe(false);
    expect(admits([out, policy([{}])], [xa, xb], http)).toBe(true);
  });

  test('read expressions as Kubernetes does, also of labels that are missing', () => {
    const admitted = (
      operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
      key: string,
    ): boolean[] => {
      const values = operator === 'In' || operator === 'NotIn' ? { values: ['a'] } : {};
      const from = [{ podSelector: { matchExpressions: [{ key, operator, ...values }] } }];
      return [xb, { ...xb, name: 'a', labels: { pod: 'a' } }].map((one) =>
        admits([policy([{ from }])], [one, xa], http),
      );
    };

    expect(admitted('In', 'pod')).toEqual([false, true]);
    expect(admitted('NotIn', 'pod')).toEqual([true, false]);
    expect(admitted('NotIn', 'tier')).toEqual([true, true]);
    expect(admitted('Exists', 'tier')).toEqual([false, false]);
    expect(admitted('DoesNotExist', 'tier')).toEqual([true, true]);
  });

  test('open a range of ports from its first to its last', () => {
    const rules = [{ ports: [{ protocol: 'TCP', port: 8080, endPort: 8082 }] as const }];

    expect(
      [8079, 8080, 8082, 8083].map((port) =>
        admits([policy(rules)], [ya, xa], { protocol: 'TCP', port }),
      ),
    ).toEqual([false, true, true, false]);
  });

  test('take a name for the port that bears it at the pod that is reached', () => {
    const rules = [{ ports: [{ protocol: 'TCP', port: 'api' }] as const }];
    const at = (to: Subject, port: number): boolean =>
      admits([policy(rules)], [ya, to], { protocol: 'TCP', port });

    expect([at(xa, 8080), at(xa, 8081), at(xb, 8080), at(xb, 8081)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(admits([policy(rules)], [ya, xa], datagrams)).toBe(false);
  });

  test('leave a pod to itself in a table', () => {
    const cells = tableUnder([policy([])], [xa, xb, ya], http);

    expect(cells(xa, xa)).toBe('open');
    expect(cells(xb, xa)).toBe('blocked');
    expect(cells(xb, ya)).toBe('open');
    expect(() => cells(yb, xa)).toThrow('y/b');
  });
});

test.describe('the two readings of the rules', () => {
  const ports = [8080, 8081, 8150];
  const subjects = ['x', 'y', 'z'].flatMap((namespace, at) =>
    ['a', 'b', 'c'].map((name, index): Subject => ({
      ...subject(namespace, name, `192.0.2.${at * 64 + index + 1}`),
      labels: { pod: name, ...(name === 'c' ? { mark: '' } : { tier: name }) },
      namespaceLabels: { town: 'here', zone: namespace, ...(at === 2 ? {} : { colour: 'red' }) },
    })),
  );
  const words: Vocabulary = {
    subjects,
    podLabels: { pod: ['a', 'b', 'c'], tier: ['a', 'b'], mark: [''] },
    namespaceLabels: { zone: ['x', 'y', 'z'], colour: ['red'] },
    here: { town: 'here' },
    blocks: ['192.0.2.0/24', '192.0.2.64/26', '192.0.2.1/32', '0.0.0.0/0'],
    ports,
    portNames: ['api'],
    hasRanges: true,
  };
  const targets = ports.flatMap((port) =>
    (['TCP', 'UDP'] as const).map((protocol) => ({ protocol, port })),
  );

  /** The pairs about which the two readings do not agree. */
  function differences(policies: readonly PlacedPolicy[]): string[] {
    const flows = admittedFlows(policies, subjects, ports);
    return subjects.flatMap((from) =>
      subjects
        .filter((to) => to !== from)
        .flatMap((to) =>
          targets
            .filter(({ protocol, port }) => {
              const isListed = flows.has(flowOf(from, to, `${protocol}/${port}`));
              return admits(policies, [from, to], { protocol, port }) !== isListed;
            })
            .map(({ protocol, port }) => flowOf(from, to, `${protocol}/${port}`)),
        ),
    );
  }

  test('agree about 600 policies at random, alone and in pairs', async () => {
    let before: PlacedPolicy[] = [];
    const found = await search({
      values: anyPolicy(words),
      seed: 20_241_003,
      tries: 600,
      smaller: 500,
      wrongWith: (value) => {
        const wrong = [...differences([value]), ...differences([...before, value])];
        before = [value];
        const what = wrong.length === 0 ? undefined : wrong.join(', ');
        return Promise.resolve(what);
      },
    });

    expect(found).toBeUndefined();
  });

  test('meet every construct that a policy can have', async () => {
    const met = new Set<string>();
    await search({
      values: anyPolicy(words),
      seed: 1,
      tries: 500,
      smaller: 0,
      wrongWith: (value) => {
        for (const [, word] of JSON.stringify(value).matchAll(/"(\w+)":/g)) met.add(word ?? '');
        for (const [word] of JSON.stringify(value).matchAll(/(In|NotIn|Exists|DoesNotExist)\b/g)) {
          met.add(word);
        }
        return Promise.resolve(undefined);
      },
    });

    expect([...met]).toEqual(
      expect.arrayContaining(
        [
          'from',
          'to',
          'ports',
          'except',
          'endPort',
          'podSelector',
          'namespaceSelector',
          'ipBlock',
        ].concat(['In', 'NotIn', 'Exists', 'DoesNotExist']),
      ),
    );
  });

  test('are told apart when one of them is wrong, and the policy is shrunk', async () => {
    const found = await search({
      values: anyPolicy(words),
      seed: 7,
      tries: 500,
      smaller: 300,
      // As if a second exception were not seen.
      wrongWith: ({ spec }) =>
        Promise.resolve(
          (spec.ingress ?? []).some(({ from = [] }) =>
            from.some(({ ipBlock }) => (ipBlock?.except ?? []).length > 1),
          )
            ? 'two exceptions'
            : undefined,
        ),
    });
    const rules = found?.value.spec.ingress ?? [];

    expect(found?.what).toBe('two exceptions');
    expect(rules).toHaveLength(1);
    expect(rules[0]?.from).toHaveLength(1);
    expect(rules[0]?.ports).toBeUndefined();
    expect(found?.value.spec.podSelector).toEqual({});
  });
});
