import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Every request of Kuryr to the cloud takes 40 ms longer.',
  breaks: [],
  apply: (levers) => {
    const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 40));
    levers.override(Cloud.prototype, 'neutron', (call) => async (method, path, body) => {
      await slow();
      return call(method, path, body);
    });
    levers.override(Cloud.prototype, 'octavia', (call) => async (method, path, body) => {
      await slow();
      return call(method, path, body);
    });
  },
};
