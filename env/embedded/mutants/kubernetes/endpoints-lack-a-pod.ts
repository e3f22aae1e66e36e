import { Store } from '../../kubernetes/store/store.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The Endpoints of a Service lack the last of several ready pods.',
  breaks: ['SVC-LB-03', 'SVC-TCP-01'],
  mayBreak: ['SVC-UDP-01', 'SVC-MIX-01', 'LB-FIP-01', 'LB-FIP-02', 'LB-FIP-03'],
  layer: 'kubernetes',
  apply: (levers) => {
    levers.override(
      Store.prototype,
      'put',
      (call) => (table, object) =>
        call(table, object.kind === 'Endpoints' ? lacking(object) : object),
    );
  },
};
interface Subset {
  readonly addresses?: readonly object[];
}

function lacking<T extends object>(endpoints: T): T {
  const { subsets = [] } = endpoints as { subsets?: readonly Subset[] };
  const cut = subsets.map(({ addresses = [], ...rest }) => ({
    ...rest,
    addresses: addresses.length > 1 ? addresses.slice(0, -1) : addresses,
  }));
  return { ...endpoints, subsets: cut };
}
