import { Kube } from '../../kuryr/api/kube.ts';
import type { Mutant } from '../mutant.ts';
import { kubernetesAwayness, noAnswer } from '../outages.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr does not watch again when a watch was cut off by an API of Kubernetes that went away.',
  origin: 'BZ 1847011: events that a watch has missed are not seen any more',
  breaks: ['RES-API-10'],
  mayBreak: ['RES-API-09'],
  // Nothing that comes later is served, removals among it.
  isEverywhere: true,
  layer: ['port', 'pod'],
  apply: (levers) => {
    const isAway = kubernetesAwayness(levers);
    levers.override(Kube.prototype, 'watch', (call) => async (...asked) => {
      try {
        await call(...asked);
      } catch (error) {
        if (isAway()) await noAnswer();
        throw error;
      }
    });
  },
};
