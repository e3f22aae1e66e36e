import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The cluster DNS answers SERVFAIL to every question.',
  breaks: ['DNS-SVC-01'],
  mayBreak: ['DNS-SVC-02'],
  layer: 'dns',
  apply: (levers) => {
    levers.dataPlane((plane) => {
      levers.override(plane, 'setRecords', (call) => () => {
        call({ answer: () => ({ rcode: 'SERVFAIL' }) });
      });
      return plane;
    });
  },
};
