import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr asks for session persistence, so that a client always meets the same pod.',
  breaks: ['SVC-TCP-01'],
  mayBreak: ['SVC-UDP-01', 'SVC-MIX-01', 'LB-FIP-02', 'LB-FIP-01', 'LB-FIP-03'],
  layer: 'pool',
  apply: (levers) => {
    levers.kuryrMakes('pools', (fields) => ({
      ...fields,
      session_persistence: { type: 'SOURCE_IP' },
    }));
  },
};
