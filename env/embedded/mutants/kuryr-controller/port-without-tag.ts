import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes the ports of pods without its resource tags.',
  breaks: ['POD-PORT-04'],
  layer: 'port',
  apply: (levers) => {
    levers.kuryrMakes('ports', (fields) => ({ ...fields, tags: [] }));
  },
};
