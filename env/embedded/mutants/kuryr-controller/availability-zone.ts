import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr asks for load balancers in the availability zone of its nodes.',
  breaks: ['DRV-AZ-01'],
  mayBreak: ['SVC-UDP-01', 'SVC-HAIR-02'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.kuryrMakes('loadbalancers', (fields) => ({ ...fields, availability_zone: 'nova' }));
  },
};
