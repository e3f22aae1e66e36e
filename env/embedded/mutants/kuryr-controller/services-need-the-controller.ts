import { Controller } from '../../kuryr/controller/controller.ts';
import type { Mutant } from '../mutant.ts';
import { losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The listeners of all Services are closed while the controller of Kuryr is away.',
  breaks: ['RES-CTRL-01'],
  mayBreak: ['RES-CTRL-02', 'RES-CTRL-05'],
  // A policy that is wanted meanwhile is not in force either: a look may find it first.
  layer: ['listener', 'security group'],
  apply: (levers) => {
    let isAway = false;
    levers.override(Controller.prototype, 'stop', (call) => () => {
      isAway = true;
      call();
    });
    levers.override(Controller.prototype, 'start', (call) => async () => {
      await call();
      isAway = false;
    });
    losePackets(levers, ({ delivery }) => isAway && delivery.memberId !== undefined);
  },
};
