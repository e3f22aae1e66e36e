import { Kube } from '../../kuryr/api/kube.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'KuryrNetwork names an address block that is not that of the subnet.',
  breaks: ['NS-NET-01', 'POD-PORT-02'],
  mayBreak: [
    ...['SVC-LB-03', 'POL-ALLOW-01', 'SVC-TCP-01', 'SVC-UDP-01', 'SVC-MIX-01'],
    // Kuryr admits the namespaces that a peer selects by their address blocks.
    ...['POL-SEL-01', 'POL-SEL-02', 'POL-EXPR-01', 'POL-EXPR-02', 'POL-PEER-01', 'POL-PEER-02'],
    ...['POL-LABEL-03', 'POL-SVC-01'],
  ],
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
