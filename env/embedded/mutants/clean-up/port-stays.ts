import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr takes the port of a deleted pod off its trunk and does not delete it.',
  origin: 'BZ 2041903, LP 1945680: ports of pods that are gone',
  breaks: ['NS-DEL-01'],
  isEverywhere: true,
  layer: 'clean-up',
  apply: (levers) => {
    levers.override(
      Cloud.prototype,
      'remove',
      (call) => (collection, id) =>
        collection === 'ports' ? Promise.resolve() : call(collection, id),
    );
  },
};
