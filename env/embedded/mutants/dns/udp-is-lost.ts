import type { Mutant } from '../mutant.ts';
import { losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'Questions over UDP do not reach a DNS server behind a Service.',
  breaks: ['DNS-UDP-01', 'DNS-VC-02', 'DNS-SVC-01'],
  mayBreak: [
    'DNS-VC-01',
    'DNS-VC-03',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
  ],
  layer: 'dns',
  apply: (levers) => {
    losePackets(levers, ({ sent }) => sent.protocol === 'udp' && sent.destinationPort === 53);
  },
};
