import { AnnotatedBalancers } from '../../kuryr/legacy/balancer-annotations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes a listener over TCP for a port over UDP, which it does not support.',
  on: 'queens',
  breaks: ['SVC-UDP-02'],
  layer: 'listener',
  apply: (levers) => {
    levers.override(AnnotatedBalancers.prototype, 'of', (call) => (key) => {
      const record = call(key);
      if (record === undefined) return undefined;
      const { ports = [] } = record.spec;
      const overTcp = ports.map((port) => ({ ...port, protocol: 'TCP' }));
      return { ...record, spec: { ...record.spec, ports: overTcp } };
    });
  },
};
