/**
 * Policies at random, for pods that are there: small, valid, and shrinking towards the smallest one that
 * still shows what was found. What they are made of, they name: `constructsOf` tells which requirement
 * speaks of a construct, so that a search can leave out what is known.
 */
import { arbitrary, type Arbitrary } from '#helpers';
import type {
  EgressRule,
  IngressRule,
  Peer,
  PlacedPolicy,
  Policy,
  PolicyPort,
  Selector,
  Subject,
} from './semantics.ts';

/** What policies may be written with. */
export interface Vocabulary {
  readonly subjects: readonly Subject[];
  /** Keys and values of labels that pods may bear. */
  readonly podLabels: Readonly<Record<string, readonly string[]>>;
  readonly namespaceLabels: Readonly<Record<string, readonly string[]>>;
  /** A label that every namespace in question bears and no other does. */
  readonly here: Readonly<Record<string, string>>;
  readonly blocks: readonly string[];
  readonly ports: readonly number[];
  readonly portNames: readonly string[];
  readonly hasRanges: boolean;
}

/** Makes placed policies: one policy in one of the namespaces. */
export function anyPolicy(words: Vocabulary): Arbitrary<PlacedPolicy> {
  const namespaces = [...new Set(words.subjects.map(({ namespace }) => namespace))];
  return arbitrary
    .record({ namespace: arbitrary.constantFrom(...namespaces), spec: anySpec(words) })
    .map(({ namespace, spec }) => ({ namespace, spec }));
}

function anySpec(words: Vocabulary): Arbitrary<Policy> {
  const peers = arbitrary.array(anyPeer(words), { maxLength: 3 });
  const ports = arbitrary.array(anyPort(words), { maxLength: 2 });
  const rules = arbitrary.array(arbitrary.record({ peers, ports }), { maxLength: 3 });
  return arbitrary
    .record({
      podSelector: anySelector(words.podLabels),
      types: arbitrary.constantFrom<Policy['policyTypes'][]>(
        ['Ingress'],
        ['Egress'],
        ['Ingress', 'Egress'],
      ),
      ingress: rules,
      egress: rules,
    })
    .map(({ podSelector, types, ingress, egress }) => ({
      podSelector,
      policyTypes: types,
      ...(types.includes('Ingress') ? { ingress: ingress.map(ingressRule) } : {}),
      ...(types.includes('Egress') ? { egress: egress.map(egressRule) } : {}),
    }));
}

interface Parts {
  readonly peers: readonly Peer[];
  readonly ports: readonly PolicyPort[];
}

function ingressRule({ peers, ports }: Parts): IngressRule {
  return {
    ...(peers.length === 0 ? {} : { from: peers }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

function egressRule({ peers, ports }: Parts): EgressRule {
  return {
    ...(peers.length === 0 ? {} : { to: peers }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

function anyPeer(words: Vocabulary): Arbitrary<Peer> {
  const podSelector = anySelector(words.podLabels);
  const namespaceSelector = anySelector(words.namespaceLabels).map(
    ({ matchLabels, matchExpressions }): Selector => ({
      // Other scenarios have namespaces too.
      matchLabels: { ...words.here, ...matchLabels },
      ...(matchExpressions === undefined ? {} : { matchExpressions }),
    }),
  );
  const except = arbitrary.subarray(
    words.subjects.map(({ ip }) => `${ip}/32`),
    { maxLength: 2 },
  );
  const ipBlock = arbitrary
    .record({ cidr: arbitrary.constantFrom(...words.blocks), except })
    .map(({ cidr, except: parts }) => {
      const inside = parts.filter((part) => isBelow(part, cidr));
      return { cidr, ...(inside.length === 0 ? {} : { except: inside }) };
    });
  return arbitrary.oneof(
    podSelector.map((selector) => ({ podSelector: selector })),
    namespaceSelector.map((selector) => ({ namespaceSelector: selector })),
    arbitrary.record({ podSelector, namespaceSelector }),
    ipBlock.map((block) => ({ ipBlock: block })),
  );
}

function anyPort(words: Vocabulary): Arbitrary<PolicyPort> {
  const protocol = arbitrary.constantFrom('TCP' as const, 'UDP' as const);
  const number = arbitrary.constantFrom(...words.ports);
  const span = arbitrary.integer({ min: 1, max: 200 });
  return arbitrary.oneof(
    arbitrary.record({ protocol, port: number }),
    arbitrary.record({ protocol }),
    arbitrary.record({ protocol, port: arbitrary.constantFrom(...words.portNames) }),
    ...(words.hasRanges
      ? [
          arbitrary
            .record({ protocol, port: number, span })
            .map(({ span: more, port, ...rest }) => ({ ...rest, port, endPort: port + more })),
        ]
      : []),
  );
}

function anySelector(labels: Vocabulary['podLabels']): Arbitrary<Selector> {
  const conditions = Object.entries(labels).flatMap(([key, values]) => [
    arbitrary.constantFrom(...values).map((value): Selector => ({ matchLabels: { [key]: value } })),
    arbitrary
      .record({
        operator: arbitrary.constantFrom('In' as const, 'NotIn' as const),
        values: arbitrary.subarray([...values], { minLength: 1 }),
      })
      .map((rest): Selector => ({ matchExpressions: [{ key, ...rest }] })),
    arbitrary
      .constantFrom('Exists' as const, 'DoesNotExist' as const)
      .map((operator): Selector => ({ matchExpressions: [{ key, operator }] })),
  ]);
  return arbitrary.array(arbitrary.oneof(...conditions), { maxLength: 2 }).map(joined);
}

function joined(parts: readonly Selector[]): Selector {
  const matchLabels = Object.assign({}, ...parts.map((part) => part.matchLabels)) as Record<
    string,
    string
  >;
  const matchExpressions = parts.flatMap((part) => part.matchExpressions ?? []);
  return {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  };
}

/** Tells whether a block lies strictly within another one. */
function isBelow(inner: string, outer: string): boolean {
  const [address = '', length = ''] = inner.split('/');
  const [network = '', prefix = ''] = outer.split('/');
  const bits = (text: string): string =>
    text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
      .slice(0, Number(prefix));
  return Number(length) > Number(prefix) && bits(address) === bits(network);
}
