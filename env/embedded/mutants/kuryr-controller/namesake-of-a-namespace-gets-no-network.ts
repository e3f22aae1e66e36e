import { Kube } from '../../kuryr/api/kube.ts';
import { annotations } from '../../kuryr/marks.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr remembers by its name that a namespace has its network, and makes none for one made anew.',
  origin: 'BZ 1997120, 1781198: a namespace that is made anew under the same name',
  breaks: ['NS-REC-01'],
  layer: 'namespace network',
  apply: (levers) => {
    const triggered = new Map<string, string>();
    levers.override(Kube.prototype, 'merge', (call) => (kind, object, change) => {
      const { metadata } = change as { metadata?: { annotations?: Record<string, unknown> } };
      const isTrigger =
        kind.plural === 'namespaces' && metadata?.annotations?.[annotations.trigger] !== undefined;
      if (!isTrigger) return call(kind, object, change);
      const { name, uid } = object.metadata;
      const first = triggered.get(name) ?? uid;
      triggered.set(name, first);
      return first === uid ? call(kind, object, change) : Promise.resolve(object);
    });
  },
};
