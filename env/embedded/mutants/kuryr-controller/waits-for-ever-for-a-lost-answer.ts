import { statusOf } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';
import { betweenCloud, noAnswer } from '../outages.ts';

export const mutant: Mutant = {
  fault: 'Kuryr waits for ever for the answer to a request whose connection was broken.',
  breaks: ['RES-API-02', 'RES-API-03', 'RES-API-05', 'RES-API-06'],
  mayBreak: ['RES-API-01', 'RES-API-04'],
  // What it was about to do when the connection broke is nobody's in particular.
  isEverywhere: true,
  layer: ['namespace network', 'pod', 'security group', 'load balancer'],
  apply: (levers) => {
    betweenCloud(levers, (ask) =>
      ask().catch((error: unknown) => {
        // Nobody answers any more, and nobody notices.
        if (statusOf(error) === 0) return noAnswer();
        throw error;
      }),
    );
  },
};
