/**
 * The policies that are tried in the town, round by round. Constructs that some release of Kuryr gets
 * wrong have a round of their own (`deviations.ts`).
 */
import type { Zone } from '#helpers';
import { covers } from '../requirements/index.ts';
import {
  type Around,
  called,
  everyPod,
  into,
  outOf,
  pods,
  type Round,
  type RoundPolicy,
  tcp,
  udp,
} from './writing.ts';
import type { Peer, Selector } from './semantics.ts';

/** What every release of Kuryr is expected to do. */
export const rounds: readonly Round[] = [
  {
    title: 'close what leaves, what arrives, or both, as their types say',
    cites: covers('POL-DENY-03', 'POL-DENY-04'),
    policies: () => [
      outOf('x/a', 'nothing-out', []),
      into('x/b', 'nothing-in', []),
      everyPod('neither', 'y', { policyTypes: ['Ingress', 'Egress'] }),
      outOf('z/a', 'anything-out', [{}]),
    ],
  },
  {
    title: 'admit the pods that selectors and expressions select',
    cites: covers('POL-SEL-01', 'POL-SEL-02', 'POL-EXPR-01', 'POL-EXPR-02', 'POL-PEER-02'),
    policies: ({ namespaces }: Around): readonly RoundPolicy[] => {
      const both = (zone: Zone, peer: { podSelector: Selector }): Peer => ({
        ...peer,
        ...namespaces({ 'kc-zone': zone }),
      });
      return [
        into('x/a', 'own-in', [{ from: [pods('tier', 'In', 'back', 'side')] }]),
        into('x/b', 'own-not-in', [{ from: [pods('tier', 'NotIn', 'back')] }]),
        into('x/c', 'own-exists', [{ from: [pods('tier', 'Exists')] }]),
        into('y/a', 'other-does-not-exist', [{ from: [both('x', pods('tier', 'DoesNotExist'))] }]),
        into('y/b', 'namespaces-by-label', [{ from: [namespaces({ 'kc-colour': 'red' })] }]),
        into('y/c', 'namespace-by-expression', [
          {
            from: [
              {
                namespaceSelector: {
                  ...namespaces().namespaceSelector,
                  matchExpressions: [{ key: 'kc-colour', operator: 'NotIn', values: ['red'] }],
                },
              },
            ],
          },
        ]),
        into('z/a', 'pods-of-all-namespaces', [
          { from: [{ ...called('a'), namespaceSelector: {} }] },
        ]),
        into('z/b', 'either-of-two-peers', [{ from: [called('a'), both('y', called('c'))] }]),
        {
          zone: 'z',
          name: 'selected-by-expression',
          spec: {
            ...pods('pod', 'NotIn', 'a', 'b'),
            policyTypes: ['Ingress'],
            ingress: [{ from: [namespaces()] }],
          },
        },
      ];
    },
  },
  {
    title: 'admit the addresses of blocks, but no exception of one',
    cites: covers('POL-BLOCK-02', 'POL-BLOCK-03'),
    policies: ({ address, block }) => [
      into('x/a', 'from-block', [{ from: [{ ipBlock: { cidr: block('y') } }] }]),
      into('x/b', 'from-block-but-one', [
        { from: [{ ipBlock: { cidr: block('y'), except: [address('y/b')] } }] },
      ]),
      into('x/c', 'from-address', [{ from: [{ ipBlock: { cidr: address('z/a') } }] }]),
      outOf('y/a', 'to-block-but-one', [
        { to: [{ ipBlock: { cidr: block('x'), except: [address('x/b')] } }] },
      ]),
      outOf('y/b', 'to-everywhere', [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }]),
      outOf('z/b', 'to-address-at-port', [
        { to: [{ ipBlock: { cidr: address('z/c') } }], ports: [udp(8080)] },
      ]),
    ],
  },
  {
    title: 'open the ports and directions of their rules, and no others',
    cites: covers('POL-PORT-02', 'POL-EGRESS-01', 'POL-RULE-02'),
    policies: ({ namespaces }) => [
      into('x/a', 'one-port', [{ ports: [tcp(8080)] }]),
      into('x/b', 'two-ports', [{ from: [called('c')], ports: [tcp(8082), udp(8080)] }]),
      into('x/c', 'two-rules', [
        { from: [called('a')], ports: [tcp(8080)] },
        { from: [namespaces({ 'kc-zone': 'z' })], ports: [udp(8082)] },
      ]),
      outOf('y/a', 'out-to-a-port', [{ ports: [tcp(8082)] }]),
      outOf('y/b', 'out-to-a-namespace', [
        { to: [namespaces({ 'kc-zone': 'x' })], ports: [udp(8080), tcp(8080)] },
      ]),
      outOf('y/c', 'out-to-a-pod', [
        { to: [{ ...called('c'), ...namespaces({ 'kc-zone': 'z' }) }] },
      ]),
      into('z/a', 'empty-rule-first', [{}, { from: [called('b')] }]),
      outOf('z/b', 'out-to-own-pods', [{ to: [{ podSelector: {} }] }]),
    ],
  },
  {
    title: 'open the ports that bear a name',
    cites: covers('POL-NAME-01', 'POL-NAME-02'),
    policies: ({ namespaces }) => [
      into('x/a', 'named', [{ from: [called('b')], ports: [tcp('api')] }]),
      into('x/b', 'named-elsewhere', [{ from: [namespaces()], ports: [tcp('api')] }]),
      into('y/c', 'named-over-udp', [
        { from: [namespaces({ 'kc-zone': 'x' })], ports: [udp('udp-8082')] },
      ]),
      outOf('z/a', 'out-to-named', [{ to: [called('b')], ports: [tcp('api')] }]),
      outOf('z/c', 'out-to-named-of-others', [
        { to: [{ ...called('a'), ...namespaces({ 'kc-zone': 'y' }) }], ports: [tcp('api')] },
      ]),
    ],
  },
];
