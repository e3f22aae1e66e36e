import { Quotas } from '../../openstack/neutron/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Nobody has raised the quotas of networks and subnets above the defaults of Neutron.',
  breaks: ['QUOTA-NET-02', 'QUOTA-NET-03'],
  layer: 'namespace network',
  apply: (levers) => {
    levers.override(Quotas.prototype, 'set', (call, self) => (project, limits) => {
      const { network, subnet } = self.defaults;
      call(project, { ...limits, network, subnet });
    });
  },
};
