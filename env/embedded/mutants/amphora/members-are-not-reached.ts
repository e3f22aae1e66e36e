import { PacketEngine } from '../../dataplane/packets/engine.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'An amphora finds no way to the second member of a pool.',
  on: 'amphora',
  breaks: ['SVC-TCP-01'],
  mayBreak: ['SVC-UDP-01', 'SVC-MIX-01', 'LB-FIP-01', 'LB-FIP-02', 'LB-FIP-03'],
  layer: 'member',
  apply: (levers) => {
    const seen: string[] = [];
    levers.override(PacketEngine.prototype, 'amphoraLeg', (call) => (id, packet, pin) => {
      const leg = call(id, packet, pin);
      if (leg !== undefined && !seen.includes(leg.address)) seen.push(leg.address);
      return leg !== undefined && seen.indexOf(leg.address) % 2 === 1 ? undefined : leg;
    });
  },
};
