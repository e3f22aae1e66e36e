import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A DNS Service that has TCP alone is answered over UDP as well.',
  breaks: ['DNS-TCP-02', 'DNS-TCP-03'],
  mayBreak: ['DNS-TCP-01'],
  layer: 'dns',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      // Where there is one over UDP already, that one comes first.
      listeners: () => [
        ...view.listeners(),
        ...view
          .listeners()
          .filter(({ protocol, protocol_port }) => protocol === 'TCP' && protocol_port === 53)
          .map((listener) => ({ ...listener, id: `udp-${listener.id}`, protocol: 'UDP' })),
      ],
    }));
  },
};
