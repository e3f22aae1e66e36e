import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A DNS Service that has TCP alone is served over UDP instead.',
  breaks: ['DNS-TCP-01', 'DNS-TCP-02', 'DNS-TCP-03'],
  layer: 'dns',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      listeners: () => {
        const names = view.listeners().filter(({ protocol_port }) => protocol_port === 53);
        const hasUdp = new Set(
          names
            .filter(({ protocol }) => protocol === 'UDP')
            .map(({ loadbalancer_id }) => loadbalancer_id),
        );
        return view
          .listeners()
          .map((listener) =>
            names.includes(listener) && !hasUdp.has(listener.loadbalancer_id)
              ? { ...listener, protocol: 'UDP' }
              : listener,
          );
      },
    }));
  },
};
