import type { Pod } from '../../kuryr/api/resources.ts';
import type { Mutant } from '../mutant.ts';
import { sees } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'A port is found by its name only when its container declares it first.',
  breaks: ['POL-NAME-01', 'POL-NAME-02'],
  layer: 'security group',
  apply: (levers) => {
    sees<Pod>(levers, 'Pod', (pod) => ({
      ...pod,
      spec: {
        ...pod.spec,
        containers: pod.spec.containers.map(({ ports = [], ...container }) => ({
          ...container,
          ports: ports.slice(0, 1),
        })),
      },
    }));
  },
};
