import { VifPool } from '../../kuryr/controller/vif-pool.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The port of a pod that is gone is deleted instead of being kept for the next one.',
  on: 'pool',
  breaks: ['POD-POOL-03', 'POD-DONE-03'],
  mayBreak: ['POD-POOL-01', 'POD-POOL-02', 'POD-DONE-01'],
  layer: 'port',
  apply: (levers) => {
    levers.override(
      VifPool.prototype,
      'release',
      (_, pool) => (vif, node) => pool.driver.release(vif, node),
    );
  },
};
