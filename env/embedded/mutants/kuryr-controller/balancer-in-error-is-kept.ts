import { NotReady } from '../../kuryr/queue.ts';
import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { CloudState } from '../../openstack/state.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr waits for a load balancer in ERROR instead of throwing it away.',
  origin: 'BZ 1799178, BZ 1840187: Services whose load balancer went to ERROR stayed without one',
  breaks: ['RES-LB-01'],
  layer: 'load balancer',
  apply: (levers) => {
    let known: CloudState | undefined;
    levers.state((state) => {
      known = state;
    });
    levers.override(Octavia.prototype, 'settled', (call) => async (id) => {
      const isLost = known?.loadBalancers.get(id)?.provisioning_status === 'ERROR';
      if (isLost) throw new NotReady(`Load balancer ${id} is in ERROR.`);
      return call(id);
    });
  },
};
