import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia lists an amphora for its first load balancer and none for all others.',
  on: 'amphora',
  breaks: ['DRV-AMP-01'],
  layer: 'load balancer',
  apply: (levers) => {
    let first: string | undefined;
    levers.state((state) => {
      levers.override(state.amphorae, 'insert', (call) => (row) => {
        first ??= row.loadbalancer_id;
        return call(row);
      });
    });
    levers.answers('GET', /\/amphorae$/, (body) => ({
      ...body,
      amphorae: (body['amphorae'] as { loadbalancer_id: string }[]).filter(
        ({ loadbalancer_id }) => loadbalancer_id === first,
      ),
    }));
  },
};
