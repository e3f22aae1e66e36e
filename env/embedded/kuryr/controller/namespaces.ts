/**
 * Namespaces: each gets a network and a subnet of its own on the pods' router, written down in a
 * KuryrNetwork, or up to Train in a KuryrNet.
 */
import { isGone, isNamespaceGoing, KubeRefusal } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { KuryrNetwork, NamespaceNetwork } from '../api/records.ts';
import { isGoing, type Namespace, type Pod } from '../api/resources.ts';
import type { VifPlace } from '../api/vif.ts';
import { annotations, finalizers } from '../marks.ts';
import { NotReady } from '../queue.ts';
import { type Context, projectOf } from './context.ts';
import { NamespaceNetworks } from './namespace-networks.ts';
import type { VifPool } from './vif-pool.ts';

/** The handler of namespaces and of KuryrNetworks. */
export class Namespaces {
  readonly networks: NamespaceNetworks;
  readonly #context: Context;
  readonly #pool: VifPool;
  readonly #triggered = new Set<string>();

  constructor(context: Context, pool: VifPool) {
    this.#context = context;
    this.#pool = pool;
    this.networks = new NamespaceNetworks(context);
  }

  /** Where the port of a pod belongs; asks for the namespace's network if there is none yet. */
  async placeFor(pod: Pod): Promise<VifPlace> {
    const { settings, places } = this.#context;
    const namespace = pod.metadata.namespace ?? '';
    if (settings.pod_subnets_driver === 'default') return places.of(settings.pod_subnet);
    const { subnetId, routerId } = this.networkOf(namespace) ?? {};
    if (subnetId !== undefined && routerId !== undefined) return places.of(subnetId);
    await this.#trigger(namespace);
    throw new NotReady(`Namespace ${namespace} has no network yet.`);
  }

  /** What is written down for a namespace. */
  networkOf(namespace: string): NamespaceNetwork | undefined {
    const { caches, release } = this.#context;
    return release.networkRecord === 'KuryrNet'
      ? caches.kuryrNets.get(`ns-${namespace}`)?.spec
      : caches.kuryrNetworks.get(`${namespace}/${namespace}`)?.status;
  }

  /** Looks at one namespace. */
  async work(name: string): Promise<void> {
    const { caches } = this.#context;
    const namespace = caches.namespaces.get(name);
    const network = caches.kuryrNetworks.get(`${name}/${name}`);
    if (network !== undefined && isGoing(network)) {
      await this.#remove(network);
      return;
    }
    if (namespace === undefined || isGoing(namespace)) return;
    const current = network ?? (await this.#written(namespace));
    if (current !== undefined) await this.#complete(namespace, current);
  }

  async #trigger(name: string): Promise<void> {
    const { caches, kube, release, world } = this.#context;
    const namespace = caches.namespaces.get(name);
    if (!release.waitsForFirstPod || namespace === undefined || this.#triggered.has(name)) return;
    this.#triggered.add(name);
    const uuid = world.random(`trigger/${name}`).uuid();
    const change = { metadata: { annotations: { [annotations.trigger]: uuid } } };
    try {
      caches.namespaces.put(await kube.merge<Namespace>(kinds.namespaces, namespace, change));
    } catch (error) {
      this.#triggered.delete(name);
      if (!isGone(error)) throw error;
    }
  }

  async #written(namespace: Namespace): Promise<KuryrNetwork | undefined> {
    const { caches, kube, release } = this.#context;
    const { name, labels } = namespace.metadata;
    const hasPods = caches.pods.in(name).some(({ spec }) => spec.hostNetwork !== true);
    if (release.waitsForFirstPod && !hasPods) return undefined;
    const object = {
      apiVersion: 'openstack.org/v1',
      kind: 'KuryrNetwork',
      metadata: { name, namespace: name, finalizers: [finalizers.network] },
      spec: {
        nsName: name,
        projectId: projectOf(this.#context, name),
        nsLabels: labels ?? {},
      },
    };
    try {
      return caches.kuryrNetworks.put(await kube.create<KuryrNetwork>(kinds.kuryrNetworks, object));
    } catch (error) {
      if (isNamespaceGoing(error) || isGone(error)) return undefined;
      if (error instanceof KubeRefusal && error.status === 409) throw new NotReady(error.message);
      throw error;
    }
  }

  async #complete(namespace: Namespace, record: KuryrNetwork): Promise<void> {
    let status: NamespaceNetwork = record.status ?? {};
    const { netId, subnetId, routerId } = status;
    if (netId === undefined || subnetId === undefined || routerId === undefined) {
      status = await this.#make(namespace, record, status);
    }
    const labels = namespace.metadata.labels ?? {};
    if (!isSame(labels, record.spec.nsLabels)) {
      await this.#patch(record, { spec: { nsLabels: labels } });
    }
    if (isSame(labels, status.nsLabels)) return;
    await this.#patch(record, { status: { nsLabels: { ...dropped(status.nsLabels), ...labels } } });
    this.#tell(record, 'SGUpdateTriggered', 'Security groups follow the labels of the namespace');
  }

  async #make(
    namespace: Namespace,
    record: KuryrNetwork,
    known: NamespaceNetwork,
  ): Promise<NamespaceNetwork> {
    const { projectId } = record.spec;
    const netId = known.netId ?? (await this.#network(namespace, record));
    const subnet = await this.#told(record, 'CreateSubnet', `Subnet of network ${netId}`, () =>
      this.networks.subnet(namespace, projectId, netId),
    );
    const made = { netId, subnetId: subnet.id, subnetCIDR: subnet.cidr };
    await this.#patch(record, { status: made });
    const routerId = await this.#told(
      record,
      'AddingSubnetToRouter',
      `Subnet ${subnet.id} on the router`,
      () => this.networks.route(subnet.id),
    );
    const status = { ...made, routerId, populated: false };
    await this.#patch(record, { status: { routerId, populated: false } });
    return status;
  }

  async #network(namespace: Namespace, record: KuryrNetwork): Promise<string> {
    return this.#told(record, 'CreateNetwork', 'Network of the namespace', async () => {
      const { id } = await this.networks.network(namespace, record.spec.projectId);
      await this.#patch(record, { status: { netId: id } });
      return id;
    });
  }

  async #remove(record: KuryrNetwork): Promise<void> {
    const { caches, kube, places } = this.#context;
    const { name } = record.metadata;
    this.#triggered.delete(name);
    if (caches.kuryrPorts.in(name).length > 0) {
      throw new NotReady(`Namespace ${name} still has ports.`);
    }
    const { netId, subnetId } = record.status ?? {};
    if (netId !== undefined) {
      await this.#pool.deleteNetwork(netId);
      await this.networks.remove(netId, subnetId);
    }
    if (subnetId !== undefined) places.forget(subnetId);
    await kube.removeFinalizer(kinds.kuryrNetworks, record, finalizers.network);
    caches.kuryrNetworks.drop(record);
  }

  async #patch(record: KuryrNetwork, change: unknown): Promise<void> {
    const { caches, kube } = this.#context;
    try {
      caches.kuryrNetworks.put(await kube.merge<KuryrNetwork>(kinds.kuryrNetworks, record, change));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #told<T>(
    record: KuryrNetwork,
    doing: string,
    ...[what, act]: [what: string, act: () => Promise<T>]
  ): Promise<T> {
    try {
      const done = await act();
      this.#tell(record, `${doing}Succeed`, what);
      return done;
    } catch (error) {
      const message = `${what}: ${(error as Error).message}`;
      this.#context.events.add(record, { reason: `${doing}Failed`, message, type: 'Warning' });
      throw error;
    }
  }

  #tell(record: KuryrNetwork, reason: string, message: string): void {
    this.#context.events.add(record, { reason, message });
  }
}

function isSame(a: object | undefined, b: object | undefined): boolean {
  const text = (value: object | undefined): string =>
    JSON.stringify(Object.entries(value ?? {}).sort());
  return a !== undefined && b !== undefined && text(a) === text(b);
}

/** Keys that a merge has to take away. */
function dropped(labels: object | undefined): Record<string, null> {
  return Object.fromEntries(Object.keys(labels ?? {}).map((key) => [key, null]));
}
