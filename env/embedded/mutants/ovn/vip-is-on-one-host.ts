import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The port of a VIP of the ovn provider is bound to one host.',
  breaks: ['DRV-OVN-03'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.answers('GET', /^\/v2\.0\/ports\/[^/]+$/, (body, { caller }) => {
      const port = body['port'] as { name: string };
      const isVip = caller.isAdmin && port.name.startsWith('ovn-lb-vip-');
      return isVip ? { ...body, port: { ...port, 'binding:host_id': 'worker-1' } } : body;
    });
  },
};
