import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The security group of a policy gets a rule that admits every TCP connection.',
  origin: 'BZ 1919398, 1938960: allow-all for TCP',
  breaks: ['POL-DENY-01', 'POL-SG-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(Cloud.prototype, 'create', (call, self) => async (collection, fields) => {
      const made = await call(collection, fields);
      if (collection === 'security-groups') {
        const rule = { security_group_id: made.id, direction: 'ingress', protocol: 'tcp' };
        await self.create('security-group-rules', { ...rule, ethertype: 'IPv4' });
      }
      return made;
    });
  },
};
