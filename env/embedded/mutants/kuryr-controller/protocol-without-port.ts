import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A protocol without a port is taken for a named port without a name.',
  origin: 'track record 7: Kuryr 1.1 to 10.0',
  on: 'mended',
  breaks: ['POL-PORT-01'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'portlessIsNamed');
  },
};
