import type { Mutant } from '../mutant.ts';
import { readsPolicies } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'An empty rule of ingress counts only when there is no other one.',
  breaks: ['POL-RULE-02'],
  mayBreak: ['POL-RULE-01'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) => {
      const filled = (spec.ingress ?? []).filter((rule) => Object.keys(rule).length > 0);
      return filled.length === 0 ? spec : { ...spec, ingress: filled };
    });
  },
};
