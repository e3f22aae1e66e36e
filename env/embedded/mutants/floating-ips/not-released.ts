import { FloatingIps } from '../../kuryr/controller/floating-ips.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr keeps the floating IP of a deleted Service.',
  breaks: ['LB-FIP-03'],
  mayBreak: ['LB-OVN-04', 'LB-FIP-01', 'LB-FIP-02'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(FloatingIps.prototype, 'release', () => () => Promise.resolve());
  },
};
