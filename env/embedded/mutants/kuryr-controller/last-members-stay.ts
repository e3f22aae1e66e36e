import { BalancerMembers } from '../../kuryr/controller/balancer-members.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr leaves the last members in a load balancer when no pod is ready any more.',
  origin: 'BZ 1786140, 1898950: members stay when there are no endpoints',
  on: 'openshift',
  breaks: ['LIM-IDLE-01'],
  mayBreak: ['SVC-LAZY-01', 'SVC-LAZY-02', 'SVC-END-01', 'SVC-END-02', 'SVC-EXT-01', 'SVC-EXT-02'],
  layer: 'member',
  apply: (levers) => {
    levers.override(BalancerMembers.prototype, 'removeUnused', (call) => (key, spec, status) => {
      const slices = spec.endpointSlices ?? [];
      const hasReady = slices.some(({ endpoints }) => endpoints.length > 0);
      return hasReady ? call(key, spec, status) : Promise.resolve(status);
    });
  },
};
