import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia names the provider amphora for load balancers that are of ovn and work as such.',
  origin: 'BZ 2055661: the provider after an upgrade',
  breaks: ['LB-OVN-01'],
  mayBreak: ['LB-OVN-04', 'SVC-TCP-01', 'SVC-UDP-01', 'DRV-SWITCH-01'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.answers('GET', /loadbalancers$/, (body, { caller }) => ({
      ...body,
      loadbalancers: (body['loadbalancers'] as object[]).map((balancer) =>
        caller.isAdmin ? { ...balancer, provider: 'amphora' } : balancer,
      ),
    }));
  },
};
