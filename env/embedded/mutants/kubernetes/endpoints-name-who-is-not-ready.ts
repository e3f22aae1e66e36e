import type { Endpoints, KubeObject } from '../../kubernetes/objects.ts';
import { Store } from '../../kubernetes/store/store.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The Endpoints of a Service name pods as ready that are not.',
  breaks: ['SVC-END-02'],
  layer: 'kubernetes',
  apply: (levers) => {
    levers.override(
      Store.prototype,
      'put',
      (call) => (table, object) =>
        call(table, object.kind === 'Endpoints' ? withEverybody(object) : object),
    );
  },
};
type Subset = NonNullable<Endpoints['subsets']>[number];

function withEverybody(endpoints: KubeObject): Endpoints {
  const { subsets = [] } = endpoints as Endpoints;
  if (subsets.length === 0) return endpoints;
  const changed = subsets.map(({ addresses = [], notReadyAddresses = [], ...rest }): Subset => ({
    ...rest,
    addresses: [...addresses, ...notReadyAddresses],
  }));
  return { ...endpoints, subsets: changed };
}
