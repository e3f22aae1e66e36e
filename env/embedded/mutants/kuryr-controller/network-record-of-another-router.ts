import { Kube } from '../../kuryr/api/kube.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'KuryrNetwork names a router on which the subnet has no interface.',
  breaks: ['NS-NET-02'],
  layer: 'namespace network',
  apply: (levers) => {
    levers.override(Kube.prototype, 'merge', (call) => (kind, object, change) => {
      const { status } = change as { status?: { routerId?: string } };
      if (kind.plural !== 'kuryrnetworks' || status?.routerId === undefined) {
        return call(kind, object, change);
      }
      const routerId = status.routerId.replace(/^.{8}/, 'deadbeef');
      return call(kind, object, { ...(change as object), status: { ...status, routerId } });
    });
  },
};
