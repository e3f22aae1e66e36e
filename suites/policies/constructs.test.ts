import { expect, test } from '@playwright/test';
import { constructsOf } from './constructs.ts';
import { seedOf, toldOf } from './searching.ts';
import type { Policy } from './semantics.ts';

function ingress(...rules: NonNullable<Policy['ingress']>): Policy {
  return { podSelector: {}, policyTypes: ['Ingress'], ingress: rules };
}

test.describe('the constructs of a policy', () => {
  test('are none in a plain one', () => {
    const plain = ingress(
      {},
      {
        from: [
          { podSelector: { matchLabels: { pod: 'a' } } },
          { namespaceSelector: { matchLabels: { zone: 'x' } } },
          { ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.1/32'] } },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    );

    expect([...constructsOf(plain)]).toEqual([]);
  });

  test('are those of which a requirement of their own speaks', () => {
    const block = { ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.1/32', '192.0.2.2/32'] } };
    const both = { podSelector: { matchLabels: { pod: 'a' } }, namespaceSelector: {} };
    const found = (policy: Policy): string[] => [...constructsOf(policy)];

    expect(found(ingress({ from: [block] }))).toEqual(['POL-BLOCK-01']);
    expect(found(ingress({ from: [both] }))).toEqual(['POL-PEER-01']);
    expect(found(ingress({ ports: [{ protocol: 'UDP' }] }))).toEqual(['POL-PORT-01']);
    expect(found(ingress({ ports: [{ protocol: 'TCP', port: 1, endPort: 2 }] }))).toEqual([
      'POL-PORT-03',
    ]);
    expect(found(ingress({ from: [{ podSelector: {} }] }, {}))).toEqual(['POL-RULE-01']);
    expect(found({ ...ingress(), podSelector: { matchLabels: { mark: '' } } })).toEqual([
      'POL-SEL-03',
    ]);
    expect(
      found({
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ ports: [{ protocol: 'TCP', port: 'api' }] }],
      }),
    ).toEqual(['POL-NAME-03', 'POL-NAME-04', 'POL-NAME-05']);
  });
});

test.describe('a search for policies', () => {
  test('is repeated by the seed of the profile, and goes elsewhere in each run without one', () => {
    const search = { tries: 5, smaller: 3 };

    expect(seedOf({ search: { ...search, seed: 4 } }, { runId: 'one' })).toEqual({
      ...search,
      seed: 4,
    });
    expect(seedOf({ search }, { runId: 'one' })).toEqual(seedOf({ search }, { runId: 'one' }));
    expect(seedOf({ search }, { runId: 'one' })).not.toEqual(seedOf({ search }, { runId: 'two' }));
  });

  test('tells seed, smallest policy, what is wrong, and how to repeat it', () => {
    const value = { namespace: 'x', spec: ingress({}) };

    expect(toldOf(undefined, 4)).toBeUndefined();
    expect(toldOf({ value, what: 'b -> a: open', tries: 7, smallerTries: 2 }, 4)).toBe(
      [
        'Seed 4, try 7: a policy does not do what Kubernetes says. The smallest of 2 like it, in namespace "x":',
        JSON.stringify(value.spec, undefined, 2),
        'b -> a: open',
        'To repeat it, set search.seed to 4 in the profile.',
      ].join('\n'),
    );
  });
});
