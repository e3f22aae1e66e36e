import { networkIdOf, type Vif } from '../../kuryr/api/vif.ts';
import { VifPool } from '../../kuryr/controller/vif-pool.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The subport of a pod that is gone stays on its trunk until the namespace goes.',
  origin: 'BZ 1873449, KK a660eae0: subports that are not detached',
  breaks: ['TRUNK-03', 'POD-DONE-02'],
  mayBreak: ['POD-DONE-01'],
  // What stays is a port too.
  layer: ['subport', 'port'],
  apply: (levers) => {
    const left = new Map<Vif, string>();
    levers.override(VifPool.prototype, 'release', () => (vif, node) => {
      left.set(vif, node);
      return Promise.resolve();
    });
    levers.override(VifPool.prototype, 'deleteNetwork', (call, pool) => async (networkId) => {
      for (const [vif, node] of [...left].filter(([one]) => networkIdOf(one) === networkId)) {
        await pool.driver.release(vif, node);
        left.delete(vif);
      }
      await call(networkId);
    });
  },
};
