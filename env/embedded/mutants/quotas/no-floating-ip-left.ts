import { ApiFault } from '../../openstack/http/fault.ts';
import { Quotas } from '../../openstack/neutron/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The quota of floating IPs is used up before the first Service gets one.',
  breaks: ['LB-FIP-01', 'LB-FIP-02'],
  mayBreak: ['LB-FIP-03', 'LB-OVN-04'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(Quotas.prototype, 'claim', (call) => (name, project, count) => {
      if (name === 'floatingip') throw overQuota(name);
      call(name, project, count);
    });
  },
};
function overQuota(name: string): ApiFault {
  return new ApiFault(409, `Quota exceeded for resources: ['${name}'].`, { type: 'OverQuota' });
}
