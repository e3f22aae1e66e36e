import type { Mutant } from '../mutant.ts';
import { deviates } from '../deviations.ts';

export const mutant: Mutant = {
  fault: 'A named port of egress is not opened towards peers that the policy itself selects.',
  origin: 'track record 20: Kuryr 1.1 to 10.0',
  on: 'mended',
  breaks: ['POL-NAME-04'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'selectedPeersPassedOver');
  },
};
