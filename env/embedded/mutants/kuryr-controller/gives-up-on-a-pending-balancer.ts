import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';
import { noAnswer } from '../outages.ts';

/** Longer than any load balancer of the embedded stack is pending by itself. */
const patienceMs = 1_200;

export const mutant: Mutant = {
  fault: 'Kuryr waits a second for a load balancer that is pending, and never comes back to it.',
  breaks: ['RES-LB-03'],
  // Its Service cannot be taken away either.
  isEverywhere: true,
  layer: ['listener', 'load balancer'],
  apply: (levers) => {
    levers.override(Octavia.prototype, 'settled', (call) => async (id) => {
      const began = performance.now();
      const isThere = await call(id);
      return performance.now() - began > patienceMs ? noAnswer() : isThere;
    });
  },
};
