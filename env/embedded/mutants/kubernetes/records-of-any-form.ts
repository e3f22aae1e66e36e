import { Kinds } from '../../kubernetes/kinds/registry.ts';
import { Problems } from '../../kubernetes/status.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: "The API server does not look at the schemas of Kuryr's definitions.",
  breaks: ['OPS-CRD-01'],
  layer: 'kubernetes',
  apply: (levers) => {
    levers.override(Kinds.prototype, 'add', (call) => (kind) => {
      const { group, strategy } = kind;
      if (group !== 'openstack.org') {
        call(kind);
        return;
      }
      // What does not fit is still pruned, and nobody hears of it.
      const shape: typeof strategy.shape = (object) =>
        strategy.shape?.(object, new Problems()) ?? [];
      call({ ...kind, strategy: { ...strategy, shape } });
    });
  },
};
