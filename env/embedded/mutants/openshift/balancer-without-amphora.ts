import type { CloudState } from '../../openstack/state.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The load balancer of the console has lost its amphora and is ACTIVE all the same.',
  on: 'openshift',
  breaks: ['OCP-LB-01'],
  layer: 'load balancer',
  apply: (levers) => {
    let tables: CloudState | undefined;
    levers.state((state) => {
      tables = state;
    });
    levers.answers('GET', /\/amphorae$/, (body) => ({
      ...body,
      amphorae: (body['amphorae'] as { loadbalancer_id: string }[]).filter(
        ({ loadbalancer_id: id }) =>
          tables?.loadBalancers.get(id)?.name !== 'openshift-console/console',
      ),
    }));
  },
};
