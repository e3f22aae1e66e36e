import type { Mutant } from '../mutant.ts';
import { kuryrSeesPods } from '../pods.ts';

export const mutant: Mutant = {
  fault: 'Kuryr takes a pod that has completed for one that runs, until it is deleted.',
  origin: 'BZ 2041903, LP 1945680: completed pods keep their ports',
  breaks: ['POD-DONE-01', 'POD-DONE-02'],
  layer: ['pod', 'port'],
  apply: (levers) => {
    kuryrSeesPods(levers, (pod) =>
      pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
        ? { ...pod, status: { ...pod.status, phase: 'Running' } }
        : pod,
    );
  },
};
