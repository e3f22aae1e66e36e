import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr forgets a port that is taken from a Service, and leaves its listener in Octavia.',
  breaks: ['SVC-PORT-02'],
  layer: 'listener',
  apply: (levers) => {
    levers.override(
      Octavia.prototype,
      'releasePart',
      (call) => (balancerId, path) =>
        /^(listeners|pools)\/[^/]+$/.test(path) ? Promise.resolve() : call(balancerId, path),
    );
  },
};
