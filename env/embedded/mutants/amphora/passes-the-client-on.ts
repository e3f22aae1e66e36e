import { Wire } from '../../dataplane/sockets/wire.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Amphorae speak to members over TCP under the address of the client.',
  on: 'amphora',
  breaks: ['DRV-AMP-03'],
  mayBreak: [
    'POL-SVC-01',
    'POL-SVC-02',
    'POL-SVC-03',
    'POL-SVC-04',
    'POL-SVC-05',
    'POL-SVC-06',
    'POL-SVC-07',
  ],
  layer: 'load balancer',
  apply: (levers) => {
    levers.override(Wire.prototype, 'departFromAmphora', (call) => (leg, packet) => {
      const departure = call(leg, packet);
      const { source } = packet;
      return packet.protocol === 'tcp'
        ? { ...departure, packet: { ...departure.packet, source } }
        : departure;
    });
  },
};
