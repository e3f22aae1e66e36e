import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A pool is filled by twice the ports of a batch.',
  on: 'pool',
  breaks: ['POD-POOL-02'],
  mayBreak: ['POD-POOL-01', 'POD-POOL-03'],
  layer: 'port',
  apply: (levers) => {
    levers.settings((settings) => ({
      ...settings,
      ports_pool_batch: 2 * settings.ports_pool_batch,
    }));
  },
};
