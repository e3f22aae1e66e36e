import { DatagramNetwork } from '../../dataplane/sockets/datagrams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Answers of DNS servers over UDP are lost when they are longer than 512 bytes.',
  origin: 'Middleboxes that do not know EDNS, RFC 6891, section 6.2.6',
  breaks: ['DNS-BIG-01'],
  mayBreak: ['DNS-TRUNC-01'],
  layer: 'dns',
  apply: (levers) => {
    levers.override(DatagramNetwork.prototype, 'send', (call) => (netns, route, datagram) => {
      const { bytes, from } = datagram;
      if (from.port !== serverPort || bytes.length <= 512) call(netns, route, datagram);
    });
  },
};
/** At which the DNS servers of this stack serve in their pods. */
const serverPort = 5353;
