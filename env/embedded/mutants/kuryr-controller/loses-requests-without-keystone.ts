import type { Mutant } from '../mutant.ts';
import { awayness, betweenCloud, noAnswer } from '../outages.ts';

export const mutant: Mutant = {
  fault: 'Kuryr waits for ever for the answer to what it asks while the API of Keystone is away.',
  breaks: ['RES-API-08'],
  mayBreak: ['RES-API-07'],
  // What it was about to do is nobody's in particular.
  isEverywhere: true,
  layer: ['pod', 'port', 'load balancer'],
  apply: (levers) => {
    const isAway = awayness(levers, 'keystone');
    betweenCloud(levers, (ask) => (isAway() ? noAnswer() : ask()));
  },
};
