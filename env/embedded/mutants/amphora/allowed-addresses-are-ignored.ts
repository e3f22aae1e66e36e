import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'An amphora lets everybody in, whatever addresses its listener allows.',
  on: 'amphora',
  breaks: ['POL-SVC-01'],
  mayBreak: ['POL-SVC-07'],
  layer: 'listener',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      listeners: () => view.listeners().map((listener) => ({ ...listener, allowed_cidrs: null })),
    }));
  },
};
