/**
 * Records of services up to Ussuri: annotations of the Service and of its Endpoints. They go with the
 * Endpoints, whose last state is therefore kept until the load balancer is released.
 */
import { isGone } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { BalancerSpec, BalancerStatus } from '../api/records.ts';
import {
  type Endpoints,
  keyOf,
  type Resource,
  type ResourceKind,
  type Service,
} from '../api/resources.ts';
import type { BalancerRecord, BalancerRecords } from '../controller/balancer-records.ts';
import type { Context } from '../controller/context.ts';
import { slicesOf } from '../controller/endpoint-slices.ts';
import { annotations } from '../marks.ts';
import { NotReady } from '../queue.ts';
import { specFrom, specText, stateFrom, stateText } from './balancer-objects.ts';

/** Records as annotations. */
export class AnnotatedBalancers implements BalancerRecords {
  readonly #context: Context;
  readonly #departed = new Map<string, Endpoints>();

  constructor(context: Context) {
    this.#context = context;
    context.caches.endpoints.onChange((now, before) => {
      const isOther = before !== undefined && now?.metadata.uid !== before.metadata.uid;
      if (isOther && stateIn(before) !== undefined) this.#departed.set(keyOf(before), before);
    });
  }

  keys(): readonly string[] {
    return this.#context.caches.endpoints.all().map(keyOf);
  }

  of(key: string): BalancerRecord | undefined {
    const departed = this.#departed.get(key);
    const endpoints = departed ?? this.#context.caches.endpoints.get(key);
    const text = endpoints?.metadata.annotations?.[annotations.balancerSpec];
    if (endpoints === undefined || text === undefined) return undefined;
    const status = stateIn(endpoints);
    const slices = slicesOf(endpoints, false);
    const isReady = slices.some((slice) => slice.endpoints.length > 0);
    return {
      spec: {
        ...specFrom(text),
        ...this.#provider(),
        ...(isReady || status !== undefined ? { endpointSlices: slices } : {}),
      },
      status,
      isGoing: departed !== undefined,
    };
  }

  /** The annotation has no provider; what is configured holds for all. */
  #provider(): Pick<BalancerSpec, 'provider'> {
    const { settings, release } = this.#context;
    const { endpoints_driver_octavia_provider: provider } = settings;
    return release.gates.provider === false || provider === 'default' ? {} : { provider };
  }

  async open(service: Service, spec: BalancerSpec): Promise<boolean> {
    const endpoints = this.#context.caches.endpoints.get(keyOf(service));
    if (endpoints === undefined) throw new NotReady(`Service ${keyOf(service)} has no endpoints.`);
    const value = { [annotations.balancerSpec]: specText(spec) };
    await this.#annotate(kinds.services, service, value);
    return this.#annotate(kinds.endpoints, endpoints, value);
  }

  async writeSpec(key: string, spec: BalancerSpec): Promise<void> {
    const { caches } = this.#context;
    const service = caches.services.get(key);
    const endpoints = caches.endpoints.get(key);
    const value = { [annotations.balancerSpec]: specText(spec) };
    const old = endpoints?.metadata.annotations?.[annotations.balancerSpec];
    // Slices are not written down here: only the service's own wishes count.
    if (old === value[annotations.balancerSpec]) return;
    if (service !== undefined) await this.#annotate(kinds.services, service, value);
    if (endpoints !== undefined) await this.#annotate(kinds.endpoints, endpoints, value);
  }

  async writeStatus(key: string, status: BalancerStatus): Promise<void> {
    const departed = this.#departed.get(key);
    const value = Object.keys(status).length === 0 ? null : stateText(status);
    const endpoints = this.#context.caches.endpoints.get(key);
    if (departed === undefined && endpoints !== undefined) {
      await this.#annotate(kinds.endpoints, endpoints, { [annotations.balancerState]: value });
    }
  }

  closing(): Promise<void> {
    return Promise.resolve();
  }

  close(key: string): Promise<void> {
    this.#departed.delete(key);
    return Promise.resolve();
  }

  async #annotate<T extends Resource>(
    kind: ResourceKind<T>,
    object: T,
    value: Readonly<Record<string, string | null>>,
  ): Promise<boolean> {
    const { kube, caches } = this.#context;
    try {
      const changed = await kube.merge<T>(kind, object, { metadata: { annotations: value } });
      if (kind.kind === 'Service') caches.services.put(changed as unknown as Service);
      else caches.endpoints.put(changed);
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }
}

function stateIn({ metadata }: Endpoints): BalancerStatus | undefined {
  const text = metadata.annotations?.[annotations.balancerState];
  return text === undefined ? undefined : stateFrom(text);
}
