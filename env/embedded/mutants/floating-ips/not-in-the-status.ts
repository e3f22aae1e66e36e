import { FloatingIps } from '../../kuryr/controller/floating-ips.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not write the floating IP into the status of the Service.',
  breaks: ['LB-FIP-01', 'LB-FIP-02'],
  mayBreak: ['LB-OVN-04', 'LB-FIP-03'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(FloatingIps.prototype, 'announce', () => () => Promise.resolve());
  },
};
