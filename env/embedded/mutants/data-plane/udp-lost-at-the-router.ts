import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The router loses UDP between the networks of two namespaces.',
  breaks: ['POD-NET-03'],
  mayBreak: ['POL-*', 'SVC-*', 'DNS-*'],
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
