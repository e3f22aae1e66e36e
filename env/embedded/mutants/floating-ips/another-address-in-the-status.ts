import { FloatingIps } from '../../kuryr/controller/floating-ips.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The status of a Service names another address than its floating IP.',
  breaks: ['LB-FIP-01', 'LB-FIP-02'],
  mayBreak: ['LB-OVN-04', 'LB-FIP-03', 'LB-FIP-04', 'LB-FIP-05'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(
      FloatingIps.prototype,
      'announce',
      // An address of the external network that nobody has.
      (call) => (key, publicIp) => call(key, { ...publicIp, ip_addr: '172.24.4.250' }),
    );
  },
};
