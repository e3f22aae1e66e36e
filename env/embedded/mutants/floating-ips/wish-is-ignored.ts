import { FloatingIps } from '../../kuryr/controller/floating-ips.ts';
import { without } from '../../openstack/http/listing.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes a floating IP of its own for a Service that names one.',
  origin: 'BZ 1875352: loadBalancerIP is not honoured',
  breaks: ['LB-IP-01'],
  mayBreak: ['LB-IP-04'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(
      FloatingIps.prototype,
      'acquire',
      (call) => (spec, portId) => call(without(spec, 'lb_ip'), portId),
    );
  },
};
