import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Ports that wait in a pool.',
  on: 'pool',
  breaks: [],
  apply: () => undefined,
};
