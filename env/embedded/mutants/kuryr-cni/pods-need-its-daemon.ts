import { CniDaemon } from '../../kuryr/cni/daemon.ts';
import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The ports of pods carry nothing while the CNI daemons are away.',
  breaks: ['RES-CNI-01'],
  mayBreak: ['RES-CNI-02'],
  // The pod that waits for its daemon is not ready either.
  layer: ['port', 'pod'],
  apply: (levers) => {
    let isAway = false;
    levers.override(CniDaemon.prototype, 'stop', (call) => () => {
      isAway = true;
      call();
    });
    levers.override(CniDaemon.prototype, 'start', (call) => async () => {
      await call();
      isAway = false;
    });
    losePackets(levers, (arriving) => isAway && isBetweenPods(arriving));
  },
};
