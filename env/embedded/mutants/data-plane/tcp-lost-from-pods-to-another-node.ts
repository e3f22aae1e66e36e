import type { Mutant } from '../mutant.ts';
import { losePackets, nodePortOf } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The port of a node takes no TCP from the pods of other nodes.',
  breaks: ['POD-NET-06'],
  mayBreak: ['POD-NET-05', 'POD-HOST-01'],
  layer: 'port',
  apply: (levers) => {
    losePackets(levers, ({ origin, sent, delivery, at }) => {
      const nodeOfPod = nodePortOf(origin.attachment);
      return (
        at.kind === 'port' &&
        sent.protocol === 'tcp' &&
        // The API server is behind a Service.
        delivery.memberId === undefined &&
        nodeOfPod !== undefined &&
        nodeOfPod !== at.portId
      );
    });
  },
};
