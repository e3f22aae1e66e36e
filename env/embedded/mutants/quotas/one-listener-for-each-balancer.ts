import { OctaviaQuotas } from '../../openstack/octavia/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The quotas of listeners and pools are no greater than that of load balancers.',
  breaks: ['QUOTA-LB-02', 'QUOTA-LB-03'],
  layer: ['listener', 'pool'],
  apply: (levers) => {
    levers.override(OctaviaQuotas.prototype, 'limitsOf', (call) => (project) => ({
      ...call(project),
      listener: 100,
      pool: 100,
    }));
  },
};
