import type { Mutant } from '../mutant.ts';
import { losePackets, nodePortOf } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The port of a pod takes no UDP from nodes other than its own.',
  breaks: ['POD-NET-05'],
  mayBreak: ['POD-NET-06', 'POD-HOST-01'],
  layer: 'port',
  apply: (levers) => {
    losePackets(levers, ({ origin: { attachment }, sent, at }) => {
      const ownNode = nodePortOf(at);
      return (
        attachment.kind === 'port' &&
        sent.protocol === 'udp' &&
        ownNode !== undefined &&
        ownNode !== attachment.portId
      );
    });
  },
};
