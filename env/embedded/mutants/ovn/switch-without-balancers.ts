import { PacketEngine } from '../../dataplane/packets/engine.ts';
import type { Mutant } from '../mutant.ts';
import { plainMachine } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The network of plain machines does not know the load balancers of the ovn provider.',
  breaks: ['POD-VM-02'],
  layer: 'listener',
  apply: (levers) => {
    const isPlain = plainMachine(levers);
    levers.override(PacketEngine.prototype, 'decide', (call) => (origin, packet, pin) => {
      const decision = call(origin, packet, pin);
      if (!decision.isChosen || !isPlain(origin.attachment)) return decision;
      const { hops } = decision;
      return { fate: 'dropped' as const, reason: 'no balancer here', hops, isChosen: false };
    });
  },
};
