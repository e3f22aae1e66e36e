import type { Mutant } from '../mutant.ts';
import { awayness } from '../outages.ts';
import { losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The listeners of all Services are closed while the API of Octavia is away.',
  breaks: ['RES-API-04'],
  mayBreak: ['RES-API-05', 'RES-API-06'],
  // While it lasts the new Service has no load balancer, which is what a look finds first.
  layer: ['listener', 'load balancer'],
  apply: (levers) => {
    const isAway = awayness(levers, 'octavia');
    losePackets(levers, ({ delivery }) => isAway() && delivery.memberId !== undefined);
  },
};
