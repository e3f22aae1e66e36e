import type { KubeObject, Pod } from '../../kubernetes/objects.ts';
import { Store } from '../../kubernetes/store/store.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The Endpoints of a Service also name a pod of its namespace that it does not select.',
  breaks: ['SVC-SEL-01'],
  mayBreak: [
    'SVC-TCP-01',
    'SVC-UDP-01',
    'SVC-MIX-01',
    'SVC-LB-03',
    'LB-OVN-03',
    'LB-OVN-04',
    'LB-OVN-01',
    'LB-OVN-02',
    'DNS-SVC-01',
    'DNS-UDP-01',
    'DNS-VC-01',
    'DNS-VC-02',
    'DNS-VC-03',
    'NS-DEL-01',
    'NS-DEL-02',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
    'DNS-TCP-01',
    'DNS-TCP-03',
  ],
  layer: 'kubernetes',
  apply: (levers) => {
    const clients = new Map<string, Pod>();
    levers.override(Store.prototype, 'put', (call) => (table, object) => {
      const { namespace = '' } = object.metadata;
      if (isAlone(object)) clients.set(namespace, object as Pod);
      const stranger = clients.get(namespace)?.status?.podIP;
      return object.kind === 'Endpoints' && stranger !== undefined
        ? call(table, withStranger(object, stranger))
        : call(table, object);
    });
  },
};
interface Subset {
  readonly addresses?: readonly object[];
}

/** A pod with an address that no workload has made. */
function isAlone(object: KubeObject): boolean {
  const hasAddress = (object as Pod).status?.podIP !== undefined;
  return object.kind === 'Pod' && hasAddress && object.metadata.labels?.['app'] === undefined;
}

function withStranger<T extends object>(endpoints: T, ip: string): T {
  const { subsets = [] } = endpoints as { subsets?: readonly Subset[] };
  const more = subsets.map((subset) => ({
    ...subset,
    addresses: [
      ...(subset.addresses ?? []).filter((known) => (known as { ip?: string }).ip !== ip),
      { ip },
    ],
  }));
  return { ...endpoints, subsets: more };
}
