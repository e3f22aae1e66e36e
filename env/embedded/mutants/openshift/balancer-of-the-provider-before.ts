import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'One load balancer of OpenShift is of another provider than the one that was noted.',
  origin: 'BZ 2055661: the provider after an upgrade',
  on: 'openshift',
  breaks: ['OCP-LB-02'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.answers('GET', /\/loadbalancers$/, (body, { caller }) => ({
      ...body,
      loadbalancers: (body['loadbalancers'] as { name: string }[]).map((balancer) =>
        caller.isAdmin && balancer.name === 'openshift-console/console'
          ? { ...balancer, provider: 'ovn' }
          : balancer,
      ),
    }));
  },
};
