import type { Fields } from '../levers.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The ovn provider takes LEAST_CONNECTIONS and balances by SOURCE_IP_PORT all the same.',
  breaks: ['DRV-OVN-02'],
  layer: 'pool',
  apply: (levers) => {
    levers.asks('POST', /\/pools$/, (body) => {
      const pool = body['pool'] as Fields;
      const isOther = pool['lb_algorithm'] === 'LEAST_CONNECTIONS';
      return isOther ? { ...body, pool: { ...pool, lb_algorithm: 'SOURCE_IP_PORT' } } : body;
    });
  },
};
