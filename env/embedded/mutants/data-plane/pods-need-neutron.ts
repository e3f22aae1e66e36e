import type { Mutant } from '../mutant.ts';
import { awayness } from '../outages.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The ports of pods carry nothing while the API of Neutron is away.',
  breaks: ['RES-API-01'],
  mayBreak: ['RES-API-02', 'RES-API-03'],
  // A Service is asked too, and a pod that comes meanwhile is not ready: a look may find these first.
  layer: ['port', 'listener', 'pod', 'namespace network'],
  apply: (levers) => {
    const isAway = awayness(levers, 'neutron');
    losePackets(levers, (arriving) => isAway() && isBetweenPods(arriving));
  },
};
