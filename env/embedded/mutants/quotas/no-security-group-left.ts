import { ApiFault } from '../../openstack/http/fault.ts';
import { Quotas } from '../../openstack/neutron/quotas.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The quota of security groups is used up before the first policy gets one.',
  origin: 'KK 3fc324fb: a quota that is used up',
  breaks: ['POL-SG-02', 'POL-SG-01'],
  mayBreak: ['POL-DENY-01', 'POL-ALLOW-01', 'NS-DEL-01', 'NS-DEL-02'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(Quotas.prototype, 'claim', (call, self) => (name, project, count) => {
      // The site and each project have groups of their own before.
      if (name === 'security_group' && self.used(name, project) > 1) throw overQuota(name);
      call(name, project, count);
    });
  },
};
function overQuota(name: string): ApiFault {
  return new ApiFault(409, `Quota exceeded for resources: ['${name}'].`, { type: 'OverQuota' });
}
