/**
 * What the translation of policies looks up: pods, namespaces, services and address blocks. A plain
 * object, so that the translation can be tried without an API.
 */
import type { Labels, Pod, Selector, Service } from '../api/resources.ts';
import { addressesOf } from '../api/vif.ts';
import type { Context } from './context.ts';
import { defaultVif, type PodRecords } from './pod-records.ts';
import type { Namespaces } from './namespaces.ts';
import { matches } from './selectors.ts';

/** A namespace with the block of its subnet, if it has one yet. */
export interface NamespaceBlock {
  readonly name: string;
  readonly labels: Labels;
  readonly cidr: string | undefined;
}

/** Everything that rules can depend on. */
export interface Inventory {
  /** Pods that a selector selects, in one namespace or in all. */
  pods(selector: Selector, namespace?: string): readonly Pod[];
  namespaces(selector: Selector): readonly NamespaceBlock[];
  namespace(name: string): NamespaceBlock | undefined;
  services(namespace?: string): readonly Service[];
  /** The address of a pod's port, known before the pod tells its own. */
  portAddressOf(pod: Pod): string | undefined;
  /** Where the endpoints of a service are, for one without selector. */
  targetsOf(service: Service): readonly string[];
  readonly podCidrs: readonly string[];
  readonly serviceCidr: string;
  readonly workerCidrs: readonly string[];
}

/** The inventory of what the controller watches. */
export function inventoryOf(
  context: Context,
  records: PodRecords,
  namespaces: Namespaces,
): Inventory {
  const { caches, facts } = context;
  const blockOf = (name: string, labels: Labels = {}): NamespaceBlock => ({
    name,
    labels,
    cidr: namespaces.networkOf(name)?.subnetCIDR,
  });
  return {
    pods: (selector, namespace) =>
      (namespace === undefined ? caches.pods.all() : caches.pods.in(namespace)).filter(
        ({ metadata }) => matches(selector, metadata.labels),
      ),
    namespaces: (selector) =>
      caches.namespaces
        .all()
        .filter(({ metadata }) => matches(selector, metadata.labels))
        .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
        .map(({ metadata }) => blockOf(metadata.name, metadata.labels)),
    namespace: (name) => {
      const found = caches.namespaces.get(name);
      return found === undefined ? undefined : blockOf(name, found.metadata.labels);
    },
    services: (namespace) =>
      namespace === undefined ? caches.services.all() : caches.services.in(namespace),
    portAddressOf: ({ metadata }) => {
      const vif = defaultVif(records.of(`${metadata.namespace ?? ''}/${metadata.name}`)?.vifs);
      return vif === undefined ? undefined : addressesOf(vif)[0]?.address;
    },
    targetsOf: ({ metadata }) =>
      (caches.endpoints.get(`${metadata.namespace ?? ''}/${metadata.name}`)?.subsets ?? []).flatMap(
        ({ addresses = [] }) => addresses.map(({ ip }) => ip),
      ),
    podCidrs: facts.podCidrs,
    serviceCidr: facts.serviceSubnet.cidr,
    workerCidrs: facts.workerSubnets.map(({ cidr }) => cidr),
  };
}
