import { Quotas } from '../../openstack/neutron/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The quota of routers was lowered to none once the project had its router.',
  breaks: ['QUOTA-NET-01'],
  layer: 'router',
  apply: (levers) => {
    levers.override(Quotas.prototype, 'limitsOf', (call, self) => (project) => {
      const limits = call(project);
      return self.used('router', project) === 0 ? limits : { ...limits, router: 0 };
    });
  },
};
