import { NamespaceNetworks } from '../../kuryr/controller/namespace-networks.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr lets go of a deleted namespace without deleting its network.',
  origin: 'BZ 1785136: the network of a namespace is left',
  breaks: ['NS-DEL-01'],
  isEverywhere: true,
  layer: 'clean-up',
  apply: (levers) => {
    levers.override(NamespaceNetworks.prototype, 'remove', () => () => Promise.resolve());
  },
};
