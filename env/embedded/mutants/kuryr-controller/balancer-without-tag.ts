import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes load balancers without its resource tags.',
  breaks: ['LB-OVN-01'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.kuryrMakes('loadbalancers', (fields) => ({ ...fields, tags: [] }));
  },
};
