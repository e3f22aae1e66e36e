import { keepLastMembers } from '../members.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr leaves the members of a Service that is idled in its load balancer.',
  origin: 'BZ 1786140, 1898950: members stay when there are no endpoints',
  on: 'openshift',
  breaks: ['LIM-IDLE-01'],
  mayBreak: ['SVC-LAZY-01', 'SVC-LAZY-02', 'SVC-END-01', 'SVC-END-02', 'SVC-EXT-01', 'SVC-EXT-02'],
  layer: 'member',
  apply: (levers) => {
    keepLastMembers(levers);
  },
};
