import type { Endpoints, KubeObject } from '../../kubernetes/objects.ts';
import { Store } from '../../kubernetes/store/store.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A pod that ceases to be ready stays ready in the Endpoints of its Service.',
  breaks: ['SVC-END-01'],
  layer: 'kubernetes',
  apply: (levers) => {
    levers.override(Store.prototype, 'put', (call, self) => (table, object) => {
      const { namespace, name } = object.metadata;
      if (object.kind !== 'Endpoints') return call(table, object);
      const before = new Set(readyIn(self.get(table, namespace, name)));
      return call(table, keeping(object, before));
    });
  },
};
type Subset = NonNullable<Endpoints['subsets']>[number];

function readyIn(endpoints: KubeObject | undefined): readonly string[] {
  const { subsets = [] } = (endpoints ?? {}) as Partial<Endpoints>;
  return subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
}

function keeping(endpoints: KubeObject, before: ReadonlySet<string>): Endpoints {
  const { subsets = [] } = endpoints as Endpoints;
  if (subsets.length === 0) return endpoints;
  const changed = subsets.map(({ addresses = [], notReadyAddresses = [], ...rest }): Subset => {
    const kept = notReadyAddresses.filter(({ ip }) => before.has(ip));
    return {
      ...rest,
      addresses: [...addresses, ...kept],
      notReadyAddresses: notReadyAddresses.filter((one) => !kept.includes(one)),
    };
  });
  return { ...endpoints, subsets: changed };
}
