import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr without its known deviations.',
  on: 'mended',
  breaks: [],
  apply: () => undefined,
};
