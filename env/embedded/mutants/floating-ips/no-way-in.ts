import { Wire } from '../../dataplane/sockets/wire.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Nothing from outside arrives at a floating IP, although Neutron says that it is ACTIVE.',
  breaks: ['LB-FIP-02', 'LB-OVN-04'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(Wire.prototype, 'pass', (call) => (departure, pin) => {
      const passage = call(departure, pin);
      if (departure.origin.attachment.kind !== 'external') return passage;
      const { hops } = passage.decision;
      return {
        decision: {
          fate: 'dropped' as const,
          reason: 'the network loses it',
          hops,
          isChosen: false,
        },
        arrival: undefined,
      };
    });
  },
};
