import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not look at the type of a Service again after it has served it.',
  origin: 'track record 14: Kuryr up to 10.0',
  on: 'mended',
  breaks: ['LB-TYPE-01', 'LB-TYPE-02'],
  layer: 'floating ip',
  apply: (levers) => {
    deviates(levers, 'ignoresTypeChange');
  },
};
