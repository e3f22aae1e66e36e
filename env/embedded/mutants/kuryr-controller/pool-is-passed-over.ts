import { VifPool } from '../../kuryr/controller/vif-pool.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr fills its pool and makes a new port for each pod all the same.',
  on: 'pool',
  breaks: ['POD-POOL-01'],
  mayBreak: ['POD-POOL-02', 'POD-POOL-03'],
  layer: 'port',
  apply: (levers) => {
    levers.override(VifPool.prototype, 'request', (call, pool) => async (request) => {
      const taken = await call(request);
      await pool.release(taken, request.pod.spec.nodeName ?? '');
      return pool.driver.request(request);
    });
  },
};
