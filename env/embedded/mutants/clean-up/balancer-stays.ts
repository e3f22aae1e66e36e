import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not delete the load balancer of a deleted Service.',
  origin: 'BZ 1784435, KK aa02a4b4: the load balancer of a deleted Service is left',
  breaks: ['NS-DEL-02'],
  isEverywhere: true,
  layer: 'clean-up',
  apply: (levers) => {
    levers.override(Octavia.prototype, 'release', () => () => Promise.resolve());
  },
};
