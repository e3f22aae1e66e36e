import { whatIsMade } from '../manifests.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The network operator is available, and degraded all the time.',
  on: 'openshift',
  breaks: ['OCP-NET-02'],
  mayBreak: ['OCP-NET-01'],
  layer: 'kubernetes',
  apply: (levers) => {
    whatIsMade(levers, (object) => {
      if (object.kind !== 'ClusterOperator') return object;
      const { conditions, ...rest } = object['status'] as { conditions: Condition[] };
      const degraded = conditions.map((one) =>
        one.type === 'Degraded' ? { ...one, status: 'True' } : one,
      );
      return { ...object, status: { ...rest, conditions: degraded } };
    });
  },
};
interface Condition {
  readonly type: string;
  readonly status: string;
}
