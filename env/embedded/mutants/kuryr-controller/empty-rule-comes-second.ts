import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'An empty rule counts only when it comes first.',
  origin: 'track record 8: Kuryr 1.0 to 10.0',
  on: 'mended',
  breaks: ['POL-RULE-01'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'emptyRuleOnlyFirst');
  },
};
