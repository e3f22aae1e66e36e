import type { Fields } from '../levers.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The amphora provider takes SOURCE_IP_PORT and balances in turn all the same.',
  on: 'amphora',
  breaks: ['DRV-AMP-06'],
  layer: 'pool',
  apply: (levers) => {
    levers.asks('POST', /\/pools$/, (body) => {
      const pool = body['pool'] as Fields;
      const isHashed = pool['lb_algorithm'] === 'SOURCE_IP_PORT';
      return isHashed ? { ...body, pool: { ...pool, lb_algorithm: 'ROUND_ROBIN' } } : body;
    });
  },
};
