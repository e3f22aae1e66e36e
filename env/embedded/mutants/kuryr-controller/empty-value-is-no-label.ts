import type { Mutant } from '../mutant.ts';
import { deviates } from '../deviations.ts';

export const mutant: Mutant = {
  fault: 'A label that a policy selects with an empty value counts as missing.',
  origin: 'track record 19: Kuryr 1.0 to 10.0',
  on: 'mended',
  breaks: ['POL-SEL-03'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'emptyValueIsMissing');
  },
};
