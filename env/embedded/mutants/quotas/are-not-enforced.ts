import { Quotas } from '../../openstack/neutron/quotas.ts';
import { OctaviaQuotas } from '../../openstack/octavia/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron and Octavia make more than the quotas of a project allow.',
  breaks: ['NS-QUOTA-01', 'NS-QUOTA-02', 'NS-QUOTA-03', 'NS-QUOTA-04'],
  layer: ['namespace network', 'security group', 'load balancer', 'port'],
  apply: (levers) => {
    levers.override(Quotas.prototype, 'claim', () => () => undefined);
    levers.override(OctaviaQuotas.prototype, 'claim', () => () => undefined);
  },
};
