import type { Mutant } from '../mutant.ts';
import { deviates } from '../deviations.ts';

export const mutant: Mutant = {
  fault: 'Of a range of ports only the first one is opened.',
  origin: 'kuryr-kubernetes 1.0 to 10.0, which know no endPort',
  on: 'mended',
  breaks: ['POL-PORT-03'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'ignoresEndPort');
  },
};
