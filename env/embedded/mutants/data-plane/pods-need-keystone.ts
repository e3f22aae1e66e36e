import type { Mutant } from '../mutant.ts';
import { awayness } from '../outages.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The ports of pods carry nothing while the API of Keystone is away.',
  breaks: ['RES-API-07'],
  mayBreak: ['RES-API-08'],
  // A Service is asked too, and a pod that comes meanwhile is not ready: a look may find these first.
  layer: ['port', 'listener', 'pod', 'load balancer'],
  apply: (levers) => {
    const isAway = awayness(levers, 'keystone');
    losePackets(levers, (arriving) => isAway() && isBetweenPods(arriving));
  },
};
