import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes floating IPs without its resource tags.',
  breaks: ['LB-FIP-01'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.override(
      Cloud.prototype,
      'tag',
      (call) => (collection, id, tags) =>
        collection === 'floatingips' ? Promise.resolve() : call(collection, id, tags),
    );
  },
};
