import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr skips a protocol that is added to a port of a load balancer in use.',
  breaks: ['SVC-MIX-03'],
  layer: 'listener',
  apply: (levers) => {
    const firsts = new Map<string, string>();
    const inUse = new Set<string>();
    levers.override(Octavia.prototype, 'ensurePool', (call) => (balancer, listener) => {
      inUse.add(balancer.id);
      return call(balancer, listener);
    });
    levers.override(Octavia.prototype, 'ensureListener', (call) => (balancer, wanted) => {
      const place = `${balancer.id} ${wanted.port}`;
      const first = firsts.get(place) ?? wanted.protocol;
      firsts.set(place, first);
      const isLater = first !== wanted.protocol && inUse.has(balancer.id);
      return isLater ? Promise.resolve(undefined) : call(balancer, wanted);
    });
  },
};
