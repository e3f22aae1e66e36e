import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Of several exceptions of a block each lets the others in again.',
  origin: 'track record 6: Kuryr 1.0 to 10.0',
  on: 'mended',
  breaks: ['POL-BLOCK-01'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'exceptionsUndoEachOther');
  },
};
