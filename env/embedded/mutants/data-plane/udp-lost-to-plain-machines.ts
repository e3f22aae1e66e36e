import type { Mutant } from '../mutant.ts';
import { losePackets, nodePortOf, plainMachine } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The router loses UDP from pods to machines that are no nodes.',
  breaks: ['POD-VM-01'],
  layer: 'router',
  apply: (levers) => {
    const isPlain = plainMachine(levers);
    losePackets(levers, ({ at, origin, sent }) => {
      const isFromPod = nodePortOf(origin.attachment) !== undefined;
      return sent.protocol === 'udp' && isFromPod && isPlain(at);
    });
  },
};
