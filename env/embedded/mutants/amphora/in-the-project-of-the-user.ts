import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia boots amphorae in the project of the load balancer, whose quota counts them.',
  on: 'amphora',
  breaks: ['DRV-AMP-02'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.state((state) => {
      levers.override(state.amphorae, 'insert', (call) => (row) => {
        const owner = state.loadBalancers.get(row.loadbalancer_id)?.project_id;
        if (owner !== undefined) state.servers.update(row.compute_id, { tenant_id: owner });
        return call(row);
      });
    });
  },
};
