import type { Mutant } from '../mutant.ts';
import { findWhatIsGone } from '../reconciliation.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not look whether Octavia still has its pools and their members.',
  origin: 'Kuryr 6.0, which looked for load balancers and listeners only',
  breaks: ['SVC-REC-05'],
  mayBreak: ['SVC-REC-06'],
  layer: 'pool',
  apply: (levers) => {
    findWhatIsGone(levers, (path) => path.startsWith('pools'));
  },
};
