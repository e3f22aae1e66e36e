import { World } from '../../world.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'All ids, addresses of ports and delays are other ones.',
  breaks: [],
  apply: (levers) => {
    levers.override(World.prototype, 'random', (call) => (purpose) => call(`other ${purpose}`));
  },
};
