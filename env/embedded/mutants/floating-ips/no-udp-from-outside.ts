import type { Mutant } from '../mutant.ts';
import { losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'A floating IP leads to its load balancer over TCP, and not over UDP.',
  breaks: ['LB-FIP-04'],
  layer: 'floating ip',
  apply: (levers) => {
    losePackets(
      levers,
      ({ origin, sent, delivery }) =>
        origin.attachment.kind === 'external' &&
        sent.protocol === 'udp' &&
        delivery.memberId !== undefined,
    );
  },
};
