import { PacketEngine } from '../../dataplane/packets/engine.ts';
import { SimulatedNetns } from '../../dataplane/sockets/netns.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Answers over UDP come from the address of the member instead of that of the Service.',
  breaks: ['SVC-UDP-01', 'SVC-MIX-01'],
  mayBreak: [
    'DNS-UDP-01',
    'DNS-SVC-01',
    'DNS-VC-01',
    'DNS-VC-02',
    'DNS-VC-03',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
  ],
  layer: 'listener',
  apply: (levers) => {
    const members = new Map<string, string>();
    levers.override(PacketEngine.prototype, 'decide', (call) => (origin, packet, pin) => {
      const decision = call(origin, packet, pin);
      const { memberId, packet: seen } = decision.delivery ?? {};
      if (packet.protocol === 'udp' && memberId !== undefined && seen !== undefined) {
        members.set(`${packet.source} ${packet.destination}`, seen.destination);
      }
      return decision;
    });
    levers.override(SimulatedNetns.prototype, 'receiverAt', (call) => (to, from) => {
      const member = members.get(`${to.address} ${from.address}`);
      return call(to, member === undefined ? from : { ...from, address: member });
    });
  },
};
