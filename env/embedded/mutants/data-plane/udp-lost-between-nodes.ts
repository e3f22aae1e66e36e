import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets, nodePortOf } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'UDP between pods of different nodes is lost.',
  breaks: ['POD-NET-02', 'POD-NET-04'],
  mayBreak: [
    'POD-NET-03',
    'SVC-UDP-01',
    'SVC-MIX-01',
    'POL-DENY-01',
    'POL-ALLOW-01',
    'POL-SG-01',
    'POL-PEER-01',
    'POL-BLOCK-01',
    'POL-PORT-01',
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
  layer: 'port',
  apply: (levers) => {
    losePackets(
      levers,
      (arriving) =>
        isBetweenPods(arriving) &&
        arriving.sent.protocol === 'udp' &&
        nodePortOf(arriving.origin.attachment) !== nodePortOf(arriving.at),
    );
  },
};
