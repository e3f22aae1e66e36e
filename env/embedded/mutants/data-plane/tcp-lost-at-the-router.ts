import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The router loses TCP between the networks of two namespaces.',
  breaks: ['POD-NET-03'],
  mayBreak: [
    'POL-DENY-01',
    'POL-ALLOW-01',
    'POL-PEER-01',
    'POL-PORT-01',
    'POL-BLOCK-01',
    'POL-RULE-01',
    'NS-DEL-01',
    'NS-DEL-02',
  ],
  layer: 'router',
  apply: (levers) => {
    losePackets(
      levers,
      (arriving) =>
        isBetweenPods(arriving) &&
        arriving.sent.protocol === 'tcp' &&
        arriving.delivery.isRouted &&
        arriving.delivery.memberId === undefined,
    );
  },
};
