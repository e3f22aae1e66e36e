import { AnnotatedBalancers } from '../../kuryr/legacy/balancer-annotations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Of two protocols on one port Kuryr serves the one that the Service names first, not TCP.',
  on: 'stein',
  breaks: ['SVC-MIX-04'],
  layer: 'listener',
  apply: (levers) => {
    levers.override(AnnotatedBalancers.prototype, 'of', (call) => (key) => {
      const record = call(key);
      if (record === undefined) return undefined;
      const { ports = [] } = record.spec;
      const isFirst = ({ port }: { readonly port: number }, index: number): boolean =>
        ports.findIndex((other) => other.port === port) === index;
      // The cluster DNS keeps both.
      const served = ports.filter((one, index) => one.port === 53 || isFirst(one, index));
      return { ...record, spec: { ...record.spec, ports: served } };
    });
  },
};
