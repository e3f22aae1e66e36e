/**
 * Where Kuryr writes down what a service wants and what Octavia has for it: in a KuryrLoadBalancer, or
 * up to Ussuri in annotations.
 */
import { isGone, isNamespaceGoing, KubeRefusal } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { BalancerSpec, BalancerStatus, KuryrLoadBalancer } from '../api/records.ts';
import { isGoing, keyOf, type Service } from '../api/resources.ts';
import { finalizers } from '../marks.ts';
import { NotReady } from '../queue.ts';
import type { Context } from './context.ts';

/** What is written down for a service. */
export interface BalancerRecord {
  readonly spec: BalancerSpec;
  readonly status: BalancerStatus | undefined;
  readonly isGoing: boolean;
}

/** The records of all services. */
export interface BalancerRecords {
  of(key: string): BalancerRecord | undefined;
  /** Prepares a record; false when service or namespace are going. */
  open(service: Service, spec: BalancerSpec): Promise<boolean>;
  writeSpec(key: string, spec: BalancerSpec): Promise<void>;
  writeStatus(key: string, status: BalancerStatus): Promise<void>;
  /** Says that the load balancer is about to be released. */
  closing(key: string): Promise<void>;
  /** Lets go of service and record after the load balancer was released. */
  close(key: string): Promise<void>;
  keys(): readonly string[];
}

/** Records as KuryrLoadBalancers. */
export class KuryrBalancerRecords implements BalancerRecords {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  of(key: string): BalancerRecord | undefined {
    const found = this.#objectOf(key);
    return found === undefined
      ? undefined
      : { spec: found.spec, status: found.status, isGoing: isGoing(found) };
  }

  keys(): readonly string[] {
    return this.#context.caches.kuryrBalancers.all().map(keyOf);
  }

  async open(service: Service, spec: BalancerSpec): Promise<boolean> {
    const { kube, caches, events } = this.#context;
    const { name, namespace, uid } = service.metadata;
    const held = await kube.addFinalizer(kinds.services, service, finalizers.service);
    if (held === undefined) return false;
    caches.services.put(held);
    const object = {
      apiVersion: 'openstack.org/v1',
      kind: 'KuryrLoadBalancer',
      metadata: {
        name,
        namespace,
        finalizers: [finalizers.balancer],
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid }],
      },
      spec,
      status: {},
    };
    try {
      caches.kuryrBalancers.put(await kube.create<KuryrLoadBalancer>(kinds.kuryrBalancers, object));
      return true;
    } catch (error) {
      if (isNamespaceGoing(error)) return false;
      if (error instanceof KubeRefusal && error.status === 409) throw new NotReady(error.message);
      events.add(service, {
        reason: 'CreateKLBFailed',
        message: `The KuryrLoadBalancer could not be made: ${(error as Error).message}`,
        type: 'Warning',
      });
      throw error;
    }
  }

  async writeSpec(key: string, spec: BalancerSpec): Promise<void> {
    await this.#patch(key, { op: 'add', path: '/spec', value: spec });
  }

  async writeStatus(key: string, status: BalancerStatus): Promise<void> {
    await this.#patch(key, { op: 'add', path: '/status', value: status });
  }

  async closing(key: string): Promise<void> {
    const found = this.#objectOf(key);
    if (found === undefined || isGoing(found)) return;
    const { kube, caches } = this.#context;
    const left = await kube.remove<KuryrLoadBalancer>(kinds.kuryrBalancers, found);
    if (left !== undefined) caches.kuryrBalancers.put(left);
  }

  async close(key: string): Promise<void> {
    const { kube, caches } = this.#context;
    const found = this.#objectOf(key);
    const service = caches.services.get(key);
    await Promise.all([
      service === undefined || !isGoing(service)
        ? undefined
        : kube.removeFinalizer(kinds.services, service, finalizers.service),
      found === undefined
        ? undefined
        : kube.removeFinalizer(kinds.kuryrBalancers, found, finalizers.balancer),
    ]);
    if (found !== undefined) caches.kuryrBalancers.drop(found);
  }

  #objectOf(key: string): KuryrLoadBalancer | undefined {
    return this.#context.caches.kuryrBalancers.get(key);
  }

  async #patch(key: string, operation: unknown): Promise<void> {
    const { kube, caches } = this.#context;
    const found = this.#objectOf(key);
    if (found === undefined) return;
    try {
      caches.kuryrBalancers.put(
        await kube.patch<KuryrLoadBalancer>(kinds.kuryrBalancers, found, {
          operations: [operation],
        }),
      );
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}
