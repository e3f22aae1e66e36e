/**
 * Constructs that some releases of Kuryr get wrong, one a round, so that each has a verdict of its own.
 */
import { covers } from '../requirements/index.ts';
import { called, everyPod, into, outOf, type Round, tcp, udp } from './writing.ts';

/** What some releases of Kuryr get wrong, one construct a round. */
export const deviations: readonly Round[] = [
  {
    title: 'admit the selected pods of each namespace that a peer selects',
    cites: covers('POL-PEER-01'),
    policies: ({ namespaces }) => [
      into('x/a', 'pods-of-two-namespaces', [
        { from: [{ ...called('b'), ...namespaces({ 'kc-colour': 'red' }) }] },
      ]),
    ],
  },
  {
    title: 'keep out every exception of a block',
    cites: covers('POL-BLOCK-01'),
    policies: ({ block, address }) => [
      into('x/a', 'from-block-but-two', [
        { from: [{ ipBlock: { cidr: block('y'), except: [address('y/b'), address('y/c')] } }] },
      ]),
    ],
  },
  {
    title: 'admit every port of a protocol that they name without a port',
    cites: covers('POL-PORT-01'),
    policies: () => [into('x/a', 'whole-protocol', [{ ports: [{ protocol: 'TCP' }] }])],
  },
  {
    title: 'open every port of a range',
    cites: covers('POL-PORT-03'),
    policies: () => [
      into('x/a', 'range', [{ ports: [{ protocol: 'TCP', port: 8080, endPort: 8090 }] }]),
    ],
  },
  {
    title: 'admit everybody when an empty rule comes second',
    cites: covers('POL-RULE-01'),
    policies: () => [into('x/a', 'empty-rule-second', [{ from: [called('b')] }, {}])],
  },
  {
    title: 'select by a label whose value is empty',
    cites: covers('POL-SEL-03'),
    policies: () => [
      {
        zone: 'x',
        name: 'by-empty-value',
        spec: { podSelector: { matchLabels: { mark: '' } }, policyTypes: ['Ingress'] },
      },
    ],
  },
  {
    title: 'open at each pod the port that bears the name there',
    cites: covers('POL-NAME-03'),
    policies: () => [
      {
        zone: 'x',
        name: 'named-twice',
        spec: {
          // Not all pods by {}: that is what the next round is about.
          podSelector: { matchExpressions: [{ key: 'pod', operator: 'Exists' }] },
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ podSelector: {} }], ports: [tcp('api')] }],
        },
      },
    ],
  },
  {
    title: 'open a named port at all pods of a namespace',
    cites: covers('POL-NAME-06'),
    policies: () => [
      everyPod('named-at-all', 'x', {
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }], ports: [udp('udp-8080')] }],
      }),
    ],
  },
  {
    title: 'open a named port between the pods that they select',
    cites: covers('POL-NAME-04'),
    policies: () => [
      everyPod('named-within', 'x', {
        policyTypes: ['Egress'],
        egress: [{ to: [called('a')], ports: [tcp('api')] }],
      }),
    ],
  },
  {
    title: 'open a named port of the pods in a block',
    cites: covers('POL-NAME-05'),
    policies: ({ block }) => [
      outOf('x/a', 'out-to-named-in-block', [
        { to: [{ ipBlock: { cidr: block('y') } }], ports: [tcp('api')] },
      ]),
    ],
  },
];
