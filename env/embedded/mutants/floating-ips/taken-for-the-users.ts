import { FloatingIps } from '../../kuryr/controller/floating-ips.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr takes a floating IP that it has made for one of the user, and does not delete it.',
  breaks: ['LB-FIP-01', 'LB-FIP-03'],
  mayBreak: ['LB-OVN-04'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(FloatingIps.prototype, 'acquire', (call) => async (spec, portId) => {
      const found = await call(spec, portId);
      return found === undefined ? undefined : { ...found, alloc_method: 'user' as const };
    });
  },
};
