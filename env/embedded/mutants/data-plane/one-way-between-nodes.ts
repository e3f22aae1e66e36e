import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets, nodePortOf } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'Connections from the second node to the first are lost, those the other way are not.',
  breaks: ['POD-NET-02'],
  isEverywhere: true,
  layer: 'port',
  apply: (levers) => {
    losePackets(levers, (arriving) => {
      const [from, to] = [nodePortOf(arriving.origin.attachment), nodePortOf(arriving.at)];
      return isBetweenPods(arriving) && from !== undefined && to !== undefined && from > to;
    });
  },
};
