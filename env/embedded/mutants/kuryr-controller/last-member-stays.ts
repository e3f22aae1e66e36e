import { keepLastMembers } from '../members.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr keeps the last members of a load balancer when no ready pod is left.',
  origin: 'BZ 1898950, 1786140: members are not removed without endpoints',
  breaks: ['SVC-LAZY-02'],
  mayBreak: ['SVC-EXT-02', 'LIM-IDLE-01'],
  layer: 'member',
  apply: (levers) => {
    keepLastMembers(levers);
  },
};
