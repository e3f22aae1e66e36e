import { Informer } from '../../kuryr/api/informer.ts';
import type { Service } from '../../kuryr/api/resources.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A Kuryr that does not know Services without a selector makes load balancers for them.',
  on: 'stein',
  breaks: ['SVC-EXT-03'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.override(Informer.prototype, 'get', (call) => (key) => {
      const found = call(key) as Service | undefined;
      return found?.kind === 'Service' && found.spec.selector === undefined
        ? { ...found, spec: { ...found.spec, selector: { nobody: '' } } }
        : found;
    });
  },
};
