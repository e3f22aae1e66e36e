import { FloatingIps } from '../../kuryr/controller/floating-ips.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr deletes the floating IP of a user along with the Service that named it.',
  breaks: ['LB-IP-02'],
  mayBreak: ['LB-IP-04'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(
      FloatingIps.prototype,
      'release',
      (call) => (publicIp) => call(publicIp && { ...publicIp, alloc_method: 'pool' }),
    );
  },
};
