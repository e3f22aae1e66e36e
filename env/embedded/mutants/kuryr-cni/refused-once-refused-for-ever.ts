import { CniDaemon } from '../../kuryr/cni/daemon.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A pod that has asked for its interface while its daemon was away never gets it.',
  breaks: ['RES-CNI-02'],
  mayBreak: ['RES-CNI-01'],
  layer: 'pod',
  apply: (levers) => {
    const refused = new Set<string>();
    levers.override(CniDaemon.prototype, 'add', (call, daemon) => async (request, signal) => {
      if (!daemon.isRunning) refused.add(request.podUid);
      if (daemon.isRunning && refused.has(request.podUid)) {
        throw new Error(`Pod ${request.namespace}/${request.pod} was refused before.`);
      }
      return call(request, signal);
    });
  },
};
