import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The router loses UDP between the networks of two namespaces.',
  breaks: ['POD-NET-03'],
  mayBreak: [
    'SVC-UDP-01',
    'SVC-MIX-01',
    'POL-DENY-01',
    'POL-ALLOW-01',
    'POL-PEER-01',
    'POL-PORT-01',
    'POL-BLOCK-01',
    'POL-RULE-01',
    'DNS-SVC-01',
    'DNS-UDP-01',
    'DNS-VC-01',
    'DNS-VC-02',
    'DNS-VC-03',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
  ],
  layer: 'router',
  apply: (levers) => {
    losePackets(
      levers,
      (arriving) =>
        isBetweenPods(arriving) &&
        arriving.sent.protocol === 'udp' &&
        arriving.delivery.isRouted &&
        arriving.delivery.memberId === undefined,
    );
  },
};
