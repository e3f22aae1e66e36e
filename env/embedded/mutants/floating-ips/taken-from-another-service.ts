import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr takes a floating IP that a Service names away from the one that has it.',
  breaks: ['LB-IP-03'],
  mayBreak: ['LB-IP-04'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(Cloud.prototype, 'list', (call) => async (collection, query = {}) => {
      const rows = await call(collection, query);
      const isByAddress = collection === 'floatingips' && 'floating_ip_address' in query;
      return isByAddress ? rows.map((row) => ({ ...row, port_id: null })) : rows;
    });
  },
};
