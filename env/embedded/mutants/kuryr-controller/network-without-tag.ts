import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not tag the network of a namespace.',
  breaks: ['NS-NET-01'],
  layer: 'namespace network',
  apply: (levers) => {
    levers.override(
      Cloud.prototype,
      'tag',
      (call) => (collection, id, tags) =>
        collection === 'networks' ? Promise.resolve() : call(collection, id, tags),
    );
  },
};
