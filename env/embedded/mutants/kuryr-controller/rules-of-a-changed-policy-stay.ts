import { PolicyGroups } from '../../kuryr/controller/policy-groups.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr adds the new rules of a changed policy and leaves the old ones in Neutron.',
  breaks: ['POL-UPDATE-01', 'POL-LABEL-03'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(PolicyGroups.prototype, 'removeRule', () => () => Promise.resolve());
  },
};
