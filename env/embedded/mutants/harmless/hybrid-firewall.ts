import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The firewall that does not look into trunks.',
  on: 'hybrid',
  breaks: [],
  // It is what this prerequisite warns of.
  mayBreak: ['PRE-FW-01'],
  apply: () => undefined,
};
