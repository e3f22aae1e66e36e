import type { Labels, Namespace } from '../../kuryr/api/resources.ts';
import type { Mutant } from '../mutant.ts';
import { sees } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'A label that a namespace has lost still counts for policies.',
  breaks: ['POL-LABEL-03'],
  layer: 'security group',
  apply: (levers) => {
    const had = new Map<string, Labels>();
    sees<Namespace>(levers, 'Namespace', (namespace) => {
      const { uid, labels: now } = namespace.metadata;
      const labels = { ...had.get(uid), ...now };
      had.set(uid, labels);
      return { ...namespace, metadata: { ...namespace.metadata, labels } };
    });
  },
};
