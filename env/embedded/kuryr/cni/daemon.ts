/**
 * The CNI daemon of one node: plugs a pod in when the controller has made its port, and answers when the
 * port is ACTIVE.
 */
import { setMaxListeners } from 'node:events';
import type { CniRequest, Netns } from '../../seams.ts';
import type { World } from '../../world.ts';
import { Kube, type KubeAccess } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { Pod } from '../api/resources.ts';
import { addressesOf, type Vif, vifData } from '../api/vif.ts';
import { Events } from '../controller/events.ts';
import type { Release } from '../release.ts';
import type { KuryrSettings } from '../settings.ts';
import { nicOf } from './binding.ts';
import { Registry } from './registry.ts';

/** A node on which pods run. */
export interface KuryrNode {
  readonly name: string;
  readonly netns: Netns;
}

/** What a daemon works with. */
export interface DaemonOptions {
  readonly world: World;
  readonly kubernetes: KubeAccess;
  readonly release: Release;
  readonly settings: KuryrSettings;
  readonly node: KuryrNode;
}

interface Running {
  readonly kube: Kube;
  readonly registry: Registry;
  readonly events: Events;
  readonly ending: AbortController;
}

const interfaceName = 'eth0';

/** The figures of a daemon, as its exporter shows them. */
export interface RequestFigure {
  readonly command: 'ADD' | 'DEL';
  readonly isError: boolean;
  readonly seconds: number;
}

/** One daemon. */
export class CniDaemon {
  readonly #options: DaemonOptions;
  readonly #figures: RequestFigure[] = [];
  readonly #sandboxes = new Map<string, string>();
  #running: Running | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get figures(): readonly RequestFigure[] {
    return this.#figures;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const { world, kubernetes, release, settings, node } = this.#options;
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, world.closing]);
    setMaxListeners(0, signal);
    const kube = new Kube(kubernetes);
    const { relistMs } = settings.timers;
    const registry = new Registry({ kube, world, release, node: node.name, relistMs, signal });
    const isEnabled = release.hasEvents && settings.use_events;
    const events = new Events(kube, world, {
      component: 'kuryr-daemon',
      host: node.name,
      isEnabled,
    });
    this.#running = { kube, registry, events, ending };
    await registry.start();
    this.#log('started');
  }

  stop(): void {
    this.#running?.ending.abort();
    this.#running?.kube[Symbol.dispose]();
    this.#running = undefined;
    this.#log('stopped');
  }

  /** Plugs a pod in. */
  async add(
    request: CniRequest,
    signal: AbortSignal,
  ): Promise<{ readonly ips: readonly string[] }> {
    return this.#measured('ADD', request, () => this.#plug(request, signal));
  }

  /** Unplugs a pod; one that is not known is no error. */
  async del(request: CniRequest): Promise<void> {
    await this.#measured('DEL', request, () => {
      this.#unplug(request);
      return Promise.resolve();
    });
  }

  async #plug(request: CniRequest, signal: AbortSignal): Promise<{ ips: readonly string[] }> {
    const { registry, events, ending } = this.#alive();
    const { settings, node } = this.#options;
    const key = keyOf(request);
    const withinMs = settings.vif_annotation_timeout * 1_000;
    const ends = AbortSignal.any([signal, ending.signal, this.#options.world.closing]);
    const known = await registry.until(() => this.#vifOf(request), { withinMs, signal: ends });
    if (known === undefined) {
      this.#tell(events, request, [
        'CNITimeoutKuryrPortRegistry',
        `No port was made for ${key} in time. Check the controller's log.`,
      ]);
      throw new Error(`Timed out waiting for requested KuryrPort ${key}`);
    }
    const nic = nicOf(known, node.netns, settings.link_iface);
    if (request.netns.nics.some(({ name }) => name === nic.name)) {
      request.netns.removeNic(nic.name);
    }
    request.netns.addNic(nic);
    this.#sandboxes.set(key, request.sandbox);
    await this.#untilActive(request, { withinMs, signal: ends });
    return { ips: addressesOf(known).map(({ address }) => address) };
  }

  async #untilActive(
    request: CniRequest,
    limits: { readonly withinMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const { registry, events } = this.#alive();
    const active = (): true | undefined => {
      const vif = this.#vifOf(request);
      return vif !== undefined && vifData(vif).active ? true : undefined;
    };
    if (active() === true) return;
    const words = `Neutron ports of ${keyOf(request)} to become ACTIVE`;
    this.#tell(events, request, ['CNIWaitingForActiveVIFs', `Waiting for ${words}`]);
    if ((await registry.until(active, limits)) === true) return;
    this.#tell(events, request, [
      'CNITimedOutWaitingForActiveVIFs',
      `Timed out waiting for ${words}`,
    ]);
    throw new Error(`Timed out waiting for ${words}`);
  }

  #unplug(request: CniRequest): void {
    const key = keyOf(request);
    const plugged = this.#sandboxes.get(key);
    if (plugged !== undefined && plugged !== request.sandbox) {
      this.#log(`DEL for ${key} of an older sandbox is ignored`);
      return;
    }
    this.#sandboxes.delete(key);
    if (request.netns.nics.some(({ name }) => name === interfaceName)) {
      request.netns.removeNic(interfaceName);
    }
  }

  /** The interface of the pod that is asked for, and of no namesake before it. */
  #vifOf({ namespace, pod, podUid }: CniRequest): Vif | undefined {
    const entry = this.#running?.registry.of(`${namespace}/${pod}`);
    return entry?.podUid === podUid ? entry.vif : undefined;
  }

  #alive(): Running {
    if (this.#running === undefined) {
      throw new Error(
        `Post "http://localhost:5036/addNetwork": the kuryr-daemon of node ${this.#options.node.name} does not run`,
      );
    }
    return this.#running;
  }

  async #measured<T>(
    command: RequestFigure['command'],
    request: CniRequest,
    act: () => Promise<T>,
  ): Promise<T> {
    const started = performance.now();
    let isError = true;
    try {
      const done = await act();
      isError = false;
      return done;
    } catch (error) {
      this.#log(`${command} ${keyOf(request)}: ${(error as Error).message}`);
      throw error;
    } finally {
      const seconds = (performance.now() - started) / 1_000;
      this.#figures.push({ command, isError, seconds });
      if (!isError)
        this.#log(`${command} ${keyOf(request)} took ${Math.round(seconds * 1_000)} ms`);
    }
  }

  #tell(events: Events, request: CniRequest, [reason, message]: [string, string]): void {
    const { namespace, pod: name, podUid: uid } = request;
    const { apiVersion, kind } = kinds.pods;
    const about: Pick<Pod, 'apiVersion' | 'kind' | 'metadata'> = {
      apiVersion,
      kind,
      metadata: { name, namespace, uid, resourceVersion: '' },
    };
    const type = reason.includes('Time') ? 'Warning' : 'Normal';
    events.add(about, { reason, message, type });
  }

  #log(text: string): void {
    this.#options.world.log(`kuryr-daemon ${this.#options.node.name}`, text);
  }
}

function keyOf({ namespace, pod }: CniRequest): string {
  return `${namespace}/${pod}`;
}
