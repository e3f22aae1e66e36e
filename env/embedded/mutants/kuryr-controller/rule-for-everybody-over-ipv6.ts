import { PolicyGroups } from '../../kuryr/controller/policy-groups.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Beside a rule that names a pod Kuryr makes one for IPv6 that names nobody.',
  breaks: ['POL-SG-03'],
  mayBreak: ['POL-SVC-01', 'POL-SVC-02'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(PolicyGroups.prototype, 'addRule', (call) => async (groupId, rule) => {
      const made = await call(groupId, rule);
      const { remote_ip_prefix: prefix, ...anybody } = rule;
      const isForOne = rule.direction === 'ingress' && prefix !== undefined;
      if (isForOne && rule.port_range_min !== undefined) {
        await call(groupId, { ...anybody, ethertype: 'IPv6' });
      }
      return made;
    });
  },
};
