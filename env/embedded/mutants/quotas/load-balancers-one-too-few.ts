import { OctaviaQuotas } from '../../openstack/octavia/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The quota of load balancers leaves out the one of the API server.',
  breaks: ['QUOTA-LB-01'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.override(OctaviaQuotas.prototype, 'limitsOf', (call) => (project) => ({
      ...call(project),
      load_balancer: 99,
    }));
  },
};
