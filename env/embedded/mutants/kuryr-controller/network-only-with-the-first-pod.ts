import { Namespaces } from '../../kuryr/controller/namespaces.ts';
import { NotReady } from '../../kuryr/queue.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A Kuryr before 6.0 makes the network of a namespace only when a pod asks for it.',
  on: 'openshift',
  breaks: ['NS-NET-05'],
  layer: 'namespace network',
  apply: (levers) => {
    const asked = new Set<string>();
    levers.override(Namespaces.prototype, 'placeFor', (call) => (pod) => {
      asked.add(pod.metadata.namespace ?? '');
      return call(pod);
    });
    levers.override(Namespaces.prototype, 'work', (call) => async (name) => {
      if (!asked.has(name)) throw new NotReady(`No pod of namespace ${name} has asked yet.`);
      await call(name);
    });
  },
};
