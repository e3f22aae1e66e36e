import type { Mutant } from '../mutant.ts';
import { findWhatIsGone } from '../reconciliation.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not look whether Octavia still has the members of its pools.',
  breaks: ['SVC-REC-06'],
  layer: 'member',
  apply: (levers) => {
    findWhatIsGone(levers, (path) => path.endsWith('/members'));
  },
};
