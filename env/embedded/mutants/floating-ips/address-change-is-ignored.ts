import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not look at the address that a Service asks for again once it has one.',
  origin: 'track record 14: Kuryr up to 10.0',
  on: 'mended',
  breaks: ['LB-IP-04'],
  layer: 'floating ip',
  apply: (levers) => {
    deviates(levers, 'ignoresAddressChange');
  },
};
