import type { Mutant } from '../mutant.ts';
import { findWhatIsGone } from '../reconciliation.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not look whether Octavia still has its listeners.',
  breaks: ['SVC-REC-04'],
  layer: 'listener',
  apply: (levers) => {
    findWhatIsGone(levers, (path) => path === 'listeners');
  },
};
