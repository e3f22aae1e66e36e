import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The firewall that does not look into trunks.',
  on: 'hybrid',
  breaks: [],
  apply: () => undefined,
};
