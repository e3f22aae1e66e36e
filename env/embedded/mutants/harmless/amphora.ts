import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The other provider of load balancers.',
  on: 'amphora',
  breaks: [],
  apply: () => undefined,
};
