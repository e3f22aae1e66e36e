import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr puts the port of a pod on the first trunk that there is when the node of the pod has none.',
  breaks: ['TRUNK-06'],
  layer: 'port',
  apply: (levers) => {
    levers.override(Cloud.prototype, 'list', (call, cloud) => async (collection, query) => {
      const rows = await call(collection, query);
      const isNodes =
        collection === 'ports' && String(query?.['fixed_ips']).startsWith('ip_address=');
      if (!isNodes) return rows;
      const [trunk] = await cloud.list('trunks');
      const otherwise = { trunk_id: trunk?.id };
      return rows.map((row) => ({ ...row, trunk_details: row['trunk_details'] ?? otherwise }));
    });
  },
};
