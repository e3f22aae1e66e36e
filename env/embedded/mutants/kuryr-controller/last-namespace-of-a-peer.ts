import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Of several namespaces that a peer selects only the last one counts.',
  origin: 'track record 5: Kuryr 2.0 to 10.0',
  on: 'mended',
  breaks: ['POL-PEER-01'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'lastNamespaceWins');
  },
};
