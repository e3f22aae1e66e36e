import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'OVN balances UDP as well at a port that has a TCP listener only.',
  breaks: ['SVC-MIX-02'],
  mayBreak: ['DNS-TCP-02', 'DNS-TCP-03'],
  layer: 'listener',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      listeners: () => [
        ...view.listeners(),
        ...view
          .listeners()
          .filter(({ protocol }) => protocol === 'TCP')
          .map((listener) => ({ ...listener, id: `udp-${listener.id}`, protocol: 'UDP' })),
      ],
    }));
  },
};
