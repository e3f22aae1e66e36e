import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia shows another VIP address for a load balancer than it has.',
  breaks: ['SVC-LB-01'],
  isEverywhere: true,
  layer: 'load balancer',
  apply: (levers) => {
    levers.answers('GET', /loadbalancers$/, (body, { caller }) => ({
      ...body,
      loadbalancers: (body['loadbalancers'] as object[]).map((balancer) =>
        caller.isAdmin ? { ...balancer, vip_address: '192.0.2.1' } : balancer,
      ),
    }));
  },
};
