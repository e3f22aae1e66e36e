import type { Mutant } from '../mutant.ts';
import { losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'A pod does not reach itself through its own Service.',
  origin: 'BZ 1920532, LP 1923452: hairpin traffic through the ovn provider',
  breaks: ['SVC-HAIR-01', 'SVC-HAIR-02'],
  mayBreak: ['POL-SVC-06', 'DRV-OVN-03'],
  layer: 'member',
  apply: (levers) => {
    losePackets(
      levers,
      ({ sent, delivery }) =>
        delivery.memberId !== undefined && delivery.packet.destination === sent.source,
    );
  },
};
