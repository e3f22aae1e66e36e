import { PolicyGroups } from '../../kuryr/controller/policy-groups.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not delete the security group of a deleted policy.',
  breaks: ['NS-DEL-02', 'POL-REMOVE-01'],
  isEverywhere: true,
  // It is the group of a policy that is left.
  layer: ['clean-up', 'security group'],
  apply: (levers) => {
    levers.override(PolicyGroups.prototype, 'remove', () => () => Promise.resolve());
  },
};
