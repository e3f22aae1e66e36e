import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Every pod of a Service is a member at each number that a named target port has in some pod.',
  origin: 'track record 16: Kuryr 3.0 to 10.0',
  on: 'mended',
  breaks: ['SVC-PORT-04'],
  layer: 'member',
  apply: (levers) => {
    deviates(levers, 'endpointsPileUp');
  },
};
