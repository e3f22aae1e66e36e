import { Octavia } from '../../kuryr/controller/octavia.ts';
import { balancerName } from '../../kuryr/names.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes no member for an address in Endpoints that refers to no pod.',
  breaks: ['SVC-EXT-01'],
  mayBreak: ['LIM-SEL-01'],
  layer: 'member',
  apply: (levers) => {
    levers.override(
      Octavia.prototype,
      'ensureMember',
      (call) => (balancer, pool, wanted) =>
        // Without a reference the Service stands in for the pod.
        balancerName(wanted.target) === balancer.name
          ? Promise.resolve(undefined)
          : call(balancer, pool, wanted),
    );
  },
};
