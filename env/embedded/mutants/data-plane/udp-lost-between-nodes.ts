import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets, nodePortOf } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'UDP between pods of different nodes is lost.',
  breaks: ['POD-NET-02', 'POD-NET-04'],
  mayBreak: ['POD-NET-03', 'POD-MTU-*', 'POL-*', 'SVC-*', 'DNS-*'],
  layer: 'port',
  apply: (levers) => {
    losePackets(
      levers,
      (arriving) =>
        isBetweenPods(arriving) &&
        arriving.sent.protocol === 'udp' &&
        nodePortOf(arriving.origin.attachment) !== nodePortOf(arriving.at),
    );
  },
};
