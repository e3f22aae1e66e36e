import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Of two protocols on one port of a Service, Kuryr makes the first listener only.',
  origin: 'KK: the gate of same-port listeners closed on a cloud that has them',
  breaks: ['SVC-MIX-01', 'DNS-UDP-01'],
  mayBreak: [
    'DNS-SVC-01',
    'DNS-VC-01',
    'DNS-VC-02',
    'DNS-VC-03',
    'SVC-LB-02',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
  ],
  layer: 'listener',
  apply: (levers) => {
    const known = new Map<string, string>();
    levers.override(Octavia.prototype, 'ensureListener', (call) => (balancer, wanted) => {
      const place = `${balancer.id} ${wanted.port}`;
      const first = known.get(place) ?? wanted.protocol;
      known.set(place, first);
      return first === wanted.protocol ? call(balancer, wanted) : Promise.resolve(undefined);
    });
  },
};
