import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr forgets the floating IP of a Service with the status of its record, and makes another one.',
  origin: 'track record 15: Kuryr up to 10.0',
  on: 'mended',
  breaks: ['LB-FIP-05'],
  layer: 'floating ip',
  apply: (levers) => {
    deviates(levers, 'forgetsFloatingIp');
  },
};
