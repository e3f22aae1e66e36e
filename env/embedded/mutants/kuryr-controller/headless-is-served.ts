import { Informer } from '../../kuryr/api/informer.ts';
import type { Resource, Service } from '../../kuryr/api/resources.ts';
import { headlessLabel } from '../../kuryr/marks.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes a load balancer for a headless Service, at an address that it takes itself.',
  breaks: ['SVC-SKIP-01'],
  mayBreak: ['SVC-SKIP-04'],
  layer: 'load balancer',
  apply: (levers) => {
    const taken = new Map<string, string>();
    const addressFor = (key: string): string => {
      const address = taken.get(key) ?? `10.79.127.${taken.size + 1}`;
      taken.set(key, address);
      return address;
    };
    levers.override(Informer.prototype, 'get', (call) => (key) => {
      const found = call(key) as Resource | undefined;
      if (found?.kind === 'Endpoints') return withoutMark(found);
      return found?.kind === 'Service'
        ? withAddress(found as Service, () => addressFor(key))
        : found;
    });
  },
};
function withAddress(service: Service, addressFor: () => string): Service {
  return service.spec.clusterIP === 'None'
    ? { ...service, spec: { ...service.spec, clusterIP: addressFor() } }
    : service;
}

function withoutMark(endpoints: Resource): Resource {
  const { metadata } = endpoints;
  const labels = Object.entries(metadata.labels ?? {});
  const others = Object.fromEntries(labels.filter(([label]) => label !== headlessLabel));
  return { ...endpoints, metadata: { ...metadata, labels: others } };
}
