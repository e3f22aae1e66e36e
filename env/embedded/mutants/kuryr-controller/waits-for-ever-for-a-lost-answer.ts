import { Cloud, statusOf } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

/** Nobody answers any more, and nobody notices. */
const never = (error: unknown): Promise<never> => {
  if (statusOf(error) !== 0) throw error;
  return new Promise(() => undefined);
};

export const mutant: Mutant = {
  fault: 'Kuryr waits for ever for the answer to a request whose connection was broken.',
  breaks: ['RES-API-02', 'RES-API-03', 'RES-API-05', 'RES-API-06'],
  mayBreak: ['RES-API-01', 'RES-API-04'],
  // What it was about to do when the connection broke is nobody's in particular.
  isEverywhere: true,
  layer: ['namespace network', 'pod', 'security group', 'load balancer'],
  apply: (levers) => {
    levers.override(
      Cloud.prototype,
      'list',
      (call) =>
        (...asked) =>
          call(...asked).catch(never),
    );
    levers.override(
      Cloud.prototype,
      'neutron',
      (call) =>
        (...asked) =>
          call(...asked).catch(never),
    );
    levers.override(
      Cloud.prototype,
      'listLb',
      (call) =>
        (...asked) =>
          call(...asked).catch(never),
    );
    levers.override(
      Cloud.prototype,
      'octavia',
      (call) =>
        (...asked) =>
          call(...asked).catch(never),
    );
  },
};
