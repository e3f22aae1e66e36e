/**
 * What a policy is made of, in requirements: a search leaves out the constructs of which the profile
 * already knows that they fail, so that it finds what is not known.
 */
import type { Peer, Policy, PolicyPort } from './semantics.ts';

/** The requirements that speak of the constructs of a policy. */
export function constructsOf({ podSelector, ingress = [], egress = [] }: Policy): Set<string> {
  const rules = [
    ...ingress.map(({ from = [], ports = [] }, index) => ({ peers: from, ports, index })),
    ...egress.map(({ to = [], ports = [] }, index) => ({ peers: to, ports, index })),
  ];
  const has: [boolean, ...string[]][] = [
    [Object.values(podSelector.matchLabels ?? {}).includes(''), 'POL-SEL-03'],
    [
      rules.some(
        ({ peers, ports, index }) => index > 0 && peers.length === 0 && ports.length === 0,
      ),
      'POL-RULE-01',
    ],
    ...rules.flatMap(({ peers, ports }) => [...peers.map(ofPeer), ...ports.flatMap(ofPort)]),
  ];
  return new Set(has.flatMap(([isThere, ...ids]) => (isThere ? ids : [])));
}

function ofPeer({ ipBlock, namespaceSelector, podSelector = {} }: Peer): [boolean, string] {
  return ipBlock === undefined
    ? [namespaceSelector !== undefined && Object.keys(podSelector).length > 0, 'POL-PEER-01']
    : [(ipBlock.except ?? []).length > 1, 'POL-BLOCK-01'];
}

function ofPort({ port, endPort }: PolicyPort): [boolean, ...string[]][] {
  return [
    [port === undefined, 'POL-PORT-01'],
    [endPort !== undefined, 'POL-PORT-03'],
    [typeof port === 'string', 'POL-NAME-03', 'POL-NAME-04', 'POL-NAME-05'],
  ];
}
