import { Kube } from '../../kuryr/api/kube.ts';
import { isGoing, keyOf } from '../../kuryr/api/resources.ts';
import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { CloudState } from '../../openstack/state.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr lets go of a Service that was deleted while it was away, and leaves its load balancer.',
  origin: 'BZ 1784435, KK aa02a4b4: the load balancer of a deleted Service is left',
  breaks: ['RES-CTRL-03'],
  mayBreak: ['RES-CTRL-04'],
  layer: 'load balancer',
  apply: (levers) => {
    let cloud: CloudState | undefined;
    levers.state((state) => {
      cloud = state;
    });
    const overlooked = new Set<string>();
    levers.override(Kube.prototype, 'list', (call) => async (kind, selector, signal) => {
      const found = await call(kind, selector, signal);
      if (kind.plural === 'services') {
        for (const service of found.items.filter(isGoing)) overlooked.add(keyOf(service));
      }
      return found;
    });
    levers.override(Octavia.prototype, 'release', (call) => (id) => {
      const name = cloud?.loadBalancers.get(id)?.name ?? '';
      return overlooked.has(name) ? Promise.resolve() : call(id);
    });
  },
};
