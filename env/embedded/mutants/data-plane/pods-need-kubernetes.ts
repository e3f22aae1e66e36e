import type { Mutant } from '../mutant.ts';
import { kubernetesAwayness } from '../outages.ts';
import { losePackets, nodePortOf } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The ports of pods take nothing in while the API of Kubernetes is away.',
  breaks: ['RES-API-09'],
  mayBreak: ['RES-API-10'],
  layer: ['port', 'listener'],
  apply: (levers) => {
    const isAway = kubernetesAwayness(levers);
    losePackets(levers, (arriving) => isAway() && nodePortOf(arriving.at) !== undefined);
  },
};
