import { DatagramNetwork } from '../../dataplane/sockets/datagrams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A truncated answer of a DNS server over UDP does not say that it is truncated.',
  breaks: ['DNS-TRUNC-01', 'DNS-TRUNC-02', 'DNS-TRUNC-03'],
  mayBreak: ['DNS-BIG-01'],
  layer: 'dns',
  apply: (levers) => {
    levers.override(DatagramNetwork.prototype, 'send', (call) => (netns, route, datagram) => {
      const { bytes, from } = datagram;
      const isAnswer = from.port === serverPort && bytes.length >= 12;
      call(netns, route, isAnswer ? { ...datagram, bytes: untold(bytes) } : datagram);
    });
  },
};
/** At which the DNS servers of this stack serve in their pods. */
const serverPort = 5353;

function untold(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  // The flags begin with the third byte; its second lowest bit is TC.
  copy.writeUInt8(copy.readUInt8(2) & ~2, 2);
  return copy;
}
