import type { Selector } from '../../kuryr/api/resources.ts';
import type { Mutant } from '../mutant.ts';
import { readsPolicies, withPeers } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'NotIn selects no peer that lacks the label.',
  breaks: ['POL-EXPR-01'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      withPeers(spec, (peers) =>
        peers.map(({ podSelector, namespaceSelector, ...peer }) => ({
          ...peer,
          ...(podSelector === undefined ? {} : { podSelector: strict(podSelector) }),
          ...(namespaceSelector === undefined
            ? {}
            : { namespaceSelector: strict(namespaceSelector) }),
        })),
      ),
    );
  },
};
function strict(selector: Selector): Selector {
  const expressions = selector.matchExpressions ?? [];
  const there = expressions
    .filter(({ operator }) => operator === 'NotIn')
    .map(({ key }) => ({ key, operator: 'Exists' }));
  return there.length === 0
    ? selector
    : { ...selector, matchExpressions: [...expressions, ...there] };
}
