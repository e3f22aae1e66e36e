import type { Mutant } from '../mutant.ts';
import { deviates } from '../deviations.ts';

export const mutant: Mutant = {
  fault: 'A policy of egress opens a Service at the port of its pods instead of its own.',
  origin: 'track record 18: Kuryr 1.1 to 10.0; BZ 1828387',
  on: 'mended',
  breaks: ['POL-SVC-03'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'serviceEgressAtPodPort');
  },
};
