import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr waits for load balancers one after another, so that one which stays pending holds up all.',
  origin: 'BZ 2028307: a load balancer stuck in PENDING_UPDATE held up the controller',
  breaks: ['RES-LB-02'],
  mayBreak: ['RES-LB-03'],
  layer: ['load balancer', 'listener'],
  apply: (levers) => {
    let turn: Promise<unknown> = Promise.resolve();
    levers.override(Octavia.prototype, 'settled', (call) => (id) => {
      const settled = turn.then(() => call(id));
      turn = settled.catch(() => undefined);
      return settled;
    });
  },
};
