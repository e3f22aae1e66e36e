import type { Mutant } from '../mutant.ts';
import { readsPolicies } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'A policy of both types without rules closes what arrives and lets everything out.',
  breaks: ['POL-DENY-04'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      spec.policyTypes?.length === 2 && (spec.egress ?? []).length === 0
        ? { ...spec, policyTypes: ['Ingress'] }
        : spec,
    );
  },
};
