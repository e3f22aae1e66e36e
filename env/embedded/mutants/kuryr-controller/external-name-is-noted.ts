import { Informer } from '../../kuryr/api/informer.ts';
import type { Service } from '../../kuryr/api/resources.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr takes a Service of type ExternalName for one to be served, and keeps a record of it.',
  breaks: ['SVC-SKIP-03'],
  mayBreak: ['SVC-SKIP-04'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.override(Informer.prototype, 'get', (call) => (key) => {
      const found = call(key) as Service | undefined;
      return found?.kind === 'Service' && found.spec.type === 'ExternalName'
        ? { ...found, spec: { ...found.spec, type: 'ClusterIP', clusterIP: '10.79.127.1' } }
        : found;
    });
  },
};
