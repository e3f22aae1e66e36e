import { Quotas } from '../../openstack/neutron/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The project has the quotas of groups, rules and ports of an earlier installer page.',
  origin: 'An earlier edition of the page: 100 security groups, 500 rules, 1000 ports',
  breaks: ['QUOTA-SG-01', 'QUOTA-SG-02', 'QUOTA-NET-04'],
  layer: ['security group', 'port'],
  apply: (levers) => {
    levers.override(Quotas.prototype, 'set', (call) => (project, limits) => {
      call(project, { ...limits, security_group: 100, security_group_rule: 500, port: 1_000 });
    });
  },
};
