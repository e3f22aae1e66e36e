/**
 * Ports that are made in advance, by node, project and network. Without pools (the default) it only
 * passes requests on.
 */
import type { Pod } from '../api/resources.ts';
import { networkIdOf, type Vif, vifData } from '../api/vif.ts';
import { poolPortName, portName } from '../names.ts';
import { type Context, projectOf } from './context.ts';
import type { VifDriver, VifRequest } from './vif-drivers.ts';

interface Waiting {
  readonly vif: Vif;
  groups: readonly string[];
}

/** The pools of all nodes. */
export class VifPool {
  readonly driver: VifDriver;
  readonly #context: Context;
  readonly #isPooling: boolean;
  readonly #pools = new Map<string, Waiting[]>();
  /** The population of a pool that is going on. */
  readonly #filling = new Map<string, Promise<void>>();
  readonly #recycled = new Set<NodeJS.Timeout>();

  constructor(context: Context, driver: VifDriver) {
    this.#context = context;
    this.driver = driver;
    this.#isPooling = context.settings.vif_pool_driver !== 'noop';
  }

  /** Takes a port for a pod, from the pool if there is one. */
  async request(request: VifRequest): Promise<Vif> {
    if (!this.#isPooling) return this.driver.request(request);
    const key = this.#keyOf(request);
    for (;;) {
      const taken = await this.#take(key, request);
      if (taken !== undefined) {
        // The pool is filled up again while the pod starts.
        void this.#fill(key, request).catch(() => undefined);
        return taken;
      }
      await this.#fill(key, request);
    }
  }

  /** Gives a port back: into its pool after a while, or to Neutron. */
  async release(vif: Vif, node: string): Promise<void> {
    if (!this.#isPooling) {
      await this.driver.release(vif, node);
      return;
    }
    const key = `${node}/${this.#context.settings.project}/${networkIdOf(vif)}`;
    const timer = setTimeout(() => {
      this.#recycled.delete(timer);
      void this.#recycle(key, vif, node);
    }, this.#context.settings.ports_pool_update_frequency * 1_000);
    timer.unref();
    this.#recycled.add(timer);
    this.#forgotten.set(vifData(vif).id, { timer, vif, node });
  }

  readonly #forgotten = new Map<string, { timer: NodeJS.Timeout; vif: Vif; node: string }>();

  /** Deletes what waits for pods of a network that is going. */
  async deleteNetwork(networkId: string): Promise<void> {
    const waiting = [...this.#pools].filter(([key]) => key.endsWith(`/${networkId}`));
    const returning = [...this.#forgotten.values()].filter(
      ({ vif }) => networkIdOf(vif) === networkId,
    );
    for (const [key] of waiting) this.#pools.delete(key);
    for (const { timer, vif } of returning) {
      clearTimeout(timer);
      this.#forgotten.delete(vifData(vif).id);
    }
    await Promise.all([
      ...waiting.flatMap(([key, ports]) =>
        ports.map(({ vif }) => this.driver.release(vif, key.split('/')[0] ?? '')),
      ),
      ...returning.map(({ vif, node }) => this.driver.release(vif, node)),
    ]);
  }

  /** Takes a security group that is going off the ports that wait. */
  async dropGroup(groupId: string): Promise<void> {
    const holding = [...this.#pools.values()]
      .flat()
      .filter(({ groups }) => groups.includes(groupId));
    await Promise.all(
      holding.map(async (waiting) => {
        await this.#context.cloud.update('ports', vifData(waiting.vif).id, { security_groups: [] });
        waiting.groups = [];
      }),
    );
  }

  /** The ids of ports that wait. */
  waitingIds(): ReadonlySet<string> {
    const waiting = [...this.#pools.values()].flat().map(({ vif }) => vifData(vif).id);
    return new Set([...waiting, ...this.#forgotten.keys()]);
  }

  stop(): void {
    for (const timer of this.#recycled) clearTimeout(timer);
  }

  #keyOf({ pod, place }: VifRequest): string {
    const project = projectOf(this.#context, pod.metadata.namespace ?? '');
    return `${pod.spec.nodeName ?? ''}/${project}/${place.network.id}`;
  }

  async #take(key: string, { pod, groups }: VifRequest): Promise<Vif | undefined> {
    const pool = this.#pools.get(key) ?? [];
    const wanted = groups.toSorted().join();
    const fitting = pool.findIndex((waiting) => waiting.groups.toSorted().join() === wanted);
    const [taken] = pool.splice(Math.max(fitting, 0), 1);
    if (taken === undefined) return undefined;
    const change = {
      ...(fitting < 0 ? { security_groups: groups } : {}),
      ...this.#nameFor(pod),
    };
    if (Object.keys(change).length > 0) {
      await this.#context.cloud.update('ports', vifData(taken.vif).id, change);
    }
    return taken.vif;
  }

  #nameFor(pod: Pod): object {
    const { settings } = this.#context;
    return {
      ...(settings.port_debug ? { name: portName(pod.metadata) } : {}),
      ...(settings.pod_vif_driver === 'neutron-vif' ? { device_id: pod.metadata.uid } : {}),
    };
  }

  async #fill(key: string, request: VifRequest): Promise<void> {
    const going = this.#filling.get(key);
    if (going !== undefined) return going;
    const filling = this.#populate(key, request).finally(() => this.#filling.delete(key));
    this.#filling.set(key, filling);
    return filling;
  }

  async #populate(key: string, request: VifRequest): Promise<void> {
    const { settings, events } = this.#context;
    const size = this.#pools.get(key)?.length ?? 0;
    if (size >= Math.max(settings.ports_pool_min, 1)) return;
    const count = Math.max(settings.ports_pool_batch, settings.ports_pool_min - size);
    try {
      const vifs = await this.driver.requestMany(request, count);
      const pool = this.#pools.get(key) ?? [];
      pool.push(...vifs.map((vif) => ({ vif, groups: request.groups })));
      this.#pools.set(key, pool);
    } catch (error) {
      events.add(request.pod, {
        reason: 'FailToPopulateVIFPool',
        message: `Ports for the pool could not be made: ${(error as Error).message}`,
        type: 'Warning',
      });
      throw error;
    }
  }

  async #recycle(key: string, vif: Vif, node: string): Promise<void> {
    const { settings, cloud, signal, world } = this.#context;
    if (signal.aborted) return;
    this.#forgotten.delete(vifData(vif).id);
    const pool = this.#pools.get(key) ?? [];
    try {
      if (settings.ports_pool_max !== 0 && pool.length >= settings.ports_pool_max) {
        await this.driver.release(vif, node);
        return;
      }
      await cloud.update('ports', vifData(vif).id, {
        ...(settings.port_debug ? { name: poolPortName } : {}),
        ...(settings.pod_vif_driver === 'neutron-vif' ? { device_id: '' } : {}),
        security_groups: settings.pod_security_groups,
      });
      pool.push({ vif, groups: settings.pod_security_groups });
      this.#pools.set(key, pool);
    } catch (error) {
      world.log(
        'kuryr-controller',
        `Recycling port ${vifData(vif).id}: ${(error as Error).message}`,
      );
    }
  }
}
