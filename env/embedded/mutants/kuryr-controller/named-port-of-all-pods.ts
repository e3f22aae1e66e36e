import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A policy that selects all pods opens its named ports at none of them.',
  origin: 'kuryr-kubernetes 1.1 to 10.0, get_pods asks for the label "None"',
  on: 'mended',
  breaks: ['POL-NAME-06'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'emptySelectorNamesNobody');
  },
};
