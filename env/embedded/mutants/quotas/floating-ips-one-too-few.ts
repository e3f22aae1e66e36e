import { Quotas } from '../../openstack/neutron/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The quota of floating IPs is one below what the cluster itself takes.',
  breaks: ['QUOTA-FIP-01'],
  mayBreak: [
    'LB-FIP-01',
    'LB-FIP-02',
    'LB-FIP-03',
    'LB-FIP-04',
    'LB-FIP-05',
    'LB-IP-01',
    'LB-IP-02',
    'LB-IP-03',
    'LB-IP-04',
    'LB-TYPE-01',
    'LB-TYPE-02',
    'LB-OVN-04',
    'SVC-MIX-03',
    'SVC-MIX-04',
  ],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(Quotas.prototype, 'set', (call) => (project, limits) => {
      call(project, { ...limits, floatingip: 2 });
    });
  },
};
