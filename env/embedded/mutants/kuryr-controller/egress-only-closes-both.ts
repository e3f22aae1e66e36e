import type { Mutant } from '../mutant.ts';
import { readsPolicies } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'A policy of type Egress without rules closes what arrives too.',
  breaks: ['POL-DENY-03'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      spec.policyTypes?.join() === 'Egress' && (spec.egress ?? []).length === 0
        ? { ...spec, policyTypes: ['Ingress', 'Egress'] }
        : spec,
    );
  },
};
