import type { Mutant } from '../mutant.ts';
import { readsPolicies } from '../policies.ts';

export const mutant: Mutant = {
  fault:
    'The expressions by which a policy selects its pods are forgotten: it selects all of them.',
  breaks: ['POL-EXPR-02'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, ({ podSelector: { matchLabels } = {}, ...spec }) => ({
      ...spec,
      podSelector: matchLabels === undefined ? {} : { matchLabels },
    }));
  },
};
