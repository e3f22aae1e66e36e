import { PacketEngine } from '../../dataplane/packets/engine.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'What a pod may send to is judged by the address of a Service, and not by its member.',
  breaks: ['POL-SVC-04', 'POL-SVC-05'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(PacketEngine.prototype, 'decide', (call) => (origin, packet, pin) => {
      const decision = call(origin, packet, pin);
      const isRefused = decision.isChosen && decision.reason.includes('no egress rule admits');
      // The rules of the sender have let it out to the Service; an amphora's are not asked again.
      return isRefused ? call({ ...origin, isAmphora: true }, packet, pin) : decision;
    });
  },
};
