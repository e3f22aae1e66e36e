import { Kube } from '../../kuryr/api/kube.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'KuryrNetwork names an address block that is not that of the subnet.',
  breaks: ['NS-NET-01', 'POD-PORT-02'],
  mayBreak: ['SVC-LB-03', 'POL-ALLOW-01', 'SVC-TCP-01', 'SVC-UDP-01', 'SVC-MIX-01'],
  layer: 'namespace network',
  apply: (levers) => {
    levers.override(Kube.prototype, 'merge', (call) => (kind, object, change) => {
      const { status } = change as { status?: { subnetCIDR?: string } };
      if (kind.plural !== 'kuryrnetworks' || status?.subnetCIDR === undefined) {
        return call(kind, object, change);
      }
      const subnetCIDR = status.subnetCIDR.replace(/\/\d+$/, '/20');
      return call(kind, object, { ...(change as object), status: { ...status, subnetCIDR } });
    });
  },
};
