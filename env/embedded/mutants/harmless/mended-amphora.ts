import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr without its known deviations, and the other provider of load balancers.',
  on: 'mended-amphora',
  breaks: [],
  apply: () => undefined,
};
