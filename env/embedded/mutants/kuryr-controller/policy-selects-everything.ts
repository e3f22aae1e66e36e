import { Kube } from '../../kuryr/api/kube.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A policy is applied to every pod of its namespace, whatever it selects.',
  breaks: ['POL-SG-01', 'POL-DENY-02'],
  mayBreak: ['NS-QUOTA-*'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(Kube.prototype, 'create', (call) => (kind, object) => {
      const { spec, ...rest } = object as { spec?: object };
      return kind.plural === 'kuryrnetworkpolicies'
        ? call(kind, { ...rest, spec: { ...spec, podSelector: {} } })
        : call(kind, object);
    });
    levers.override(Kube.prototype, 'patch', (call) => (kind, object, { operations, ...rest }) => {
      const kept = operations.filter(
        (operation) => (operation as { path: string }).path !== '/spec/podSelector',
      );
      return call(kind, object, { ...rest, operations: kept });
    });
  },
};
