/**
 * Namespaces from Rocky to Train: the network is made as soon as the namespace is there, written down in
 * a KuryrNet and named by an annotation, and removed after the namespace is gone.
 */
import { isGone, KubeRefusal } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { KuryrNet } from '../api/records.ts';
import { isGoing, type Namespace } from '../api/resources.ts';
import { type Context, projectOf } from '../controller/context.ts';
import type { Namespaces } from '../controller/namespaces.ts';
import type { VifPool } from '../controller/vif-pool.ts';
import { annotations } from '../marks.ts';
import { NotReady } from '../queue.ts';

/** The handler of namespaces of those releases. */
export class NetNamespaces {
  readonly #context: Context;
  readonly #namespaces: Namespaces;
  readonly #pool: VifPool;

  constructor(context: Context, namespaces: Namespaces, pool: VifPool) {
    this.#context = context;
    this.#namespaces = namespaces;
    this.#pool = pool;
  }

  /** Looks at one namespace. */
  async work(name: string): Promise<void> {
    const { caches } = this.#context;
    const namespace = caches.namespaces.get(name);
    const record = caches.kuryrNets.get(`ns-${name}`);
    if (namespace === undefined) {
      if (record !== undefined) await this.#remove(record);
      return;
    }
    if (isGoing(namespace)) return;
    const written = record ?? (await this.#make(namespace));
    await this.#follow(namespace, written);
  }

  async #make(namespace: Namespace): Promise<KuryrNet> {
    const { caches, kube } = this.#context;
    const { networks } = this.#namespaces;
    const { name } = namespace.metadata;
    const project = projectOf(this.#context, name);
    const network = await networks.network(namespace, project);
    const subnet = await networks.subnet(namespace, project, network.id);
    const routerId = await networks.route(subnet.id);
    const object = {
      apiVersion: 'openstack.org/v1',
      kind: 'KuryrNet',
      metadata: { name: `ns-${name}`, annotations: { namespaceName: name } },
      spec: {
        netId: network.id,
        routerId,
        subnetId: subnet.id,
        subnetCIDR: subnet.cidr,
        populated: false,
      },
    };
    try {
      return caches.kuryrNets.put(await kube.create<KuryrNet>(kinds.kuryrNets, object));
    } catch (error) {
      if (error instanceof KubeRefusal && error.status === 409) throw new NotReady(error.message);
      await networks.remove(network.id, subnet.id);
      throw error;
    }
  }

  /** Names the record on the namespace, and the labels that its policies were computed for. */
  async #follow(namespace: Namespace, record: KuryrNet): Promise<void> {
    const { caches, kube, release } = this.#context;
    const noted = namespace.metadata.annotations ?? {};
    const wanted = {
      [annotations.netCrd]: record.metadata.name,
      ...(release.policyRecord === 'none'
        ? {}
        : { [annotations.namespaceLabel]: JSON.stringify(namespace.metadata.labels ?? {}) }),
    };
    if (Object.entries(wanted).every(([key, value]) => noted[key] === value)) return;
    try {
      const change = { metadata: { annotations: wanted } };
      caches.namespaces.put(await kube.merge<Namespace>(kinds.namespaces, namespace, change));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #remove(record: KuryrNet): Promise<void> {
    const { kube, caches, places } = this.#context;
    const { netId, subnetId } = record.spec;
    if (netId !== undefined) {
      await this.#pool.deleteNetwork(netId);
      await this.#namespaces.networks.remove(netId, subnetId);
    }
    if (subnetId !== undefined) places.forget(subnetId);
    await kube.remove(kinds.kuryrNets, record);
    caches.kuryrNets.drop(record);
  }
}
