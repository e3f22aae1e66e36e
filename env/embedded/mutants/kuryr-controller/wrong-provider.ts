import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr asks for amphorae although it is set to the ovn provider.',
  origin: 'BZ 1842466, 1846862: the provider is lost on the way',
  breaks: ['LB-OVN-01', 'LB-OVN-02', 'LB-OVN-03'],
  mayBreak: ['LB-OVN-04', 'SVC-TCP-01', 'SVC-UDP-01', 'SVC-MIX-01', 'SVC-SEL-01'],
  isEverywhere: true,
  layer: 'load balancer',
  apply: (levers) => {
    levers.kuryrMakes('loadbalancers', (fields) => ({ ...fields, provider: 'amphora' }));
  },
};
