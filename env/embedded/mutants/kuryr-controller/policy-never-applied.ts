import { Kube } from '../../kuryr/api/kube.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not note in KuryrNetworkPolicy that a policy was applied.',
  breaks: ['POL-SG-02'],
  mayBreak: ['POL-PEER-01', 'POL-BLOCK-01', 'POL-PORT-01', 'POL-RULE-01', 'POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(Kube.prototype, 'patch', (call) => (kind, object, { operations, ...rest }) => {
      const kept = operations.filter(
        (operation) => (operation as { path: string }).path !== '/status/podSelector',
      );
      return call(kind, object, { ...rest, operations: kept });
    });
  },
};
