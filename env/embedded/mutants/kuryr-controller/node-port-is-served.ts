import { Informer } from '../../kuryr/api/informer.ts';
import type { Service } from '../../kuryr/api/resources.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr serves a Service of type NodePort like one of type ClusterIP.',
  breaks: ['SVC-SKIP-02'],
  mayBreak: ['SVC-SKIP-04'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.override(Informer.prototype, 'get', (call) => (key) => {
      const found = call(key) as Service | undefined;
      return found?.kind === 'Service' && found.spec.type === 'NodePort'
        ? { ...found, spec: { ...found.spec, type: 'ClusterIP' } }
        : found;
    });
  },
};
