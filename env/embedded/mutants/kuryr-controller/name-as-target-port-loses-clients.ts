import type { Mutant } from '../mutant.ts';
import { deviates } from '../deviations.ts';

export const mutant: Mutant = {
  fault: 'A listener whose target port is a name admits none of the clients of a policy.',
  origin: 'kuryr-kubernetes 1.1 to 10.0, update_lbaas_sg looks for a name in ranges of numbers',
  on: 'mended-amphora',
  breaks: ['POL-SVC-07'],
  layer: 'listener',
  apply: (levers) => {
    deviates(levers, 'namedTargetPortLosesClients');
  },
};
