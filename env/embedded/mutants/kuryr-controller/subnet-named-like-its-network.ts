import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A Kuryr before 7.0 gives the subnet of a namespace the name of its network.',
  on: 'openshift',
  breaks: ['NS-NAME-02'],
  layer: 'namespace network',
  apply: (levers) => {
    levers.kuryrMakes('subnets', (fields) => ({
      ...fields,
      name: String(fields['name']).replace(/-subnet$/, '-net'),
    }));
  },
};
