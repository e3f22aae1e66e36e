import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Pods on ports of their node.',
  on: 'bare',
  breaks: [],
  apply: () => undefined,
};
