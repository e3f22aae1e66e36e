/**
 * The controller: opens both APIs, keeps copies of what it watches, and has the handlers look at what
 * changes.
 */
import { setMaxListeners } from 'node:events';
import type { World } from '../../world.ts';
import { Cloud, type CloudAccess } from '../api/cloud.ts';
import { Kube, type KubeAccess } from '../api/kube.ts';
import { keyOf, type Pod, type Resource } from '../api/resources.ts';
import { poll, WorkQueue } from '../queue.ts';
import type { Release } from '../release.ts';
import type { KuryrSettings } from '../settings.ts';
import { cachesOf, type Context, cloudFacts, hasPolicies, Places, watchedBy } from './context.ts';
import { Events } from './events.ts';
import { handlersFor, type Handlers } from './handlers.ts';
import type { HealthAnswer } from './health.ts';
import { ControllerFigures } from './metrics.ts';
import { quotasOf, readinessOf } from './readiness.ts';

/** What a controller works with. */
export interface ControllerOptions {
  readonly world: World;
  readonly kubernetes: KubeAccess;
  readonly cloud: CloudAccess;
  readonly release: Release;
  readonly settings: KuryrSettings;
}

interface Running {
  readonly context: Context;
  readonly handlers: Handlers;
  readonly ending: AbortController;
}

const startMs = 60_000;

/** One controller; it may be stopped and started again. */
export class Controller {
  readonly figures = new ControllerFigures();
  readonly #options: ControllerOptions;
  #running: Running | undefined;
  #restarts = 0;
  #dead: { readonly handler: string; readonly cause: Error } | undefined;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** How often the controller was restarted because a handler had died. */
  get restarts(): number {
    return this.#restarts;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const { world } = this.#options;
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, world.closing]);
    setMaxListeners(0, signal);
    const context = await this.#prepared(signal);
    this.#dead = undefined;
    const handlers = handlersFor(context, this.figures);
    this.#running = { context, handlers, ending };
    const queues = this.#connect(context, handlers);
    await Promise.all(watchedBy(context.release, context.caches).map((copy) => copy.start()));
    for (const queue of queues) queue.open();
    handlers.maintenance.start();
    world.log('kuryr-controller', `Kuryr ${context.release.version} started`);
  }

  stop(): void {
    if (this.#running === undefined) return;
    this.#running.ending.abort();
    this.#running.handlers.pool.stop();
    this.#running.context.kube[Symbol.dispose]();
    this.#running = undefined;
    this.#options.world.log('kuryr-controller', 'stopped');
  }

  async ready(): Promise<HealthAnswer> {
    return this.#running === undefined
      ? { status: 500, text: 'the controller does not run' }
      : readinessOf(this.#running.context);
  }

  alive(): HealthAnswer {
    if (this.#running === undefined) return { status: 500, text: 'the controller does not run' };
    if (this.#dead === undefined) return { status: 200, text: 'ok' };
    const { handler, cause } = this.#dead;
    return {
      status: 500,
      text: `Component ${handler} is dead. Last caught exception: ${cause.message}`,
    };
  }

  async metrics(): Promise<string> {
    if (this.#running === undefined) return '';
    return this.figures.text(await quotasOf(this.#running.context), []);
  }

  /** A dead handler shows at /alive until the probe has the controller restarted. */
  #died(dead: { readonly handler: string; readonly cause: Error }): void {
    const running = this.#running;
    if (this.#dead !== undefined || running === undefined) return;
    this.#dead = dead;
    const { world, settings } = this.#options;
    world
      .delay(settings.timers.restartMs, running.ending.signal)
      .then(async () => {
        this.stop();
        this.#restarts += 1;
        await this.start();
      })
      .catch((error: unknown) => {
        if (!world.closing.aborted) {
          world.log('kuryr-controller', `not restarted: ${(error as Error).message}`);
        }
      });
  }

  /** Reads what the cloud is like; a cloud that is not up yet is asked again. */
  async #prepared(signal: AbortSignal): Promise<Context> {
    const { world, kubernetes, release, settings } = this.#options;
    const kube = new Kube(kubernetes);
    const cloud = await Cloud.open(this.#options.cloud);
    let last: unknown;
    const facts = await poll({ world, signal, withinMs: startMs }, async () => {
      try {
        return await cloudFacts(cloud, settings);
      } catch (error) {
        last = error;
        return undefined;
      }
    });
    if (facts === undefined) throw last;
    const { relistMs } = settings.timers;
    const isEnabled = release.hasEvents && settings.use_events;
    return {
      world,
      release,
      deviations: { ...release.deviations, ...settings.deviations },
      settings,
      kube,
      cloud,
      facts,
      caches: cachesOf({ kube, world, signal, relistMs }),
      events: new Events(kube, world, {
        component: 'kuryr-controller',
        host: 'control-plane',
        isEnabled,
      }),
      places: new Places(cloud),
      signal,
    };
  }

  /** Says which change has which object looked at. */
  #connect(context: Context, handlers: Handlers): readonly WorkQueue[] {
    const { caches, world, signal, release } = context;
    const queue = (name: string, work: (key: string) => Promise<void>): WorkQueue =>
      new WorkQueue({
        name,
        world,
        signal,
        work,
        windowMs: release.retryWindowMs,
        died: (handler, cause) => {
          this.#died({ handler, cause });
        },
      });
    const pods = queue('VIFHandler', (key) => handlers.pods.work(key));
    const namespaces = queue('NamespaceHandler', (key) => handlers.namespaces.work(key));
    const services = queue('ServiceHandler', (key) => handlers.services.work(key));
    const balancers = queue('KuryrLoadBalancerHandler', (key) => handlers.balancers.work(key));
    const policies = queue('NetworkPolicyHandler', (key) => handlers.policies.work(key));
    const each =
      (target: WorkQueue) =>
      (now?: Resource, before?: Resource): void => {
        const changed = now ?? before;
        if (changed !== undefined) target.add(keyOf(changed));
      };
    const spaceOf = (object?: Resource): string => object?.metadata.namespace ?? '';
    const waiting = (namespace: string): void => {
      for (const pod of caches.pods.in(namespace)) {
        if (pod.spec.hostNetwork !== true && pod.status?.podIP === undefined) pods.add(keyOf(pod));
      }
    };
    caches.pods.onChange(each(pods));
    caches.kuryrPorts.onChange((now, before) => {
      each(pods)(now, before);
      if (now === undefined) namespaces.add(spaceOf(before));
    });
    caches.namespaces.onChange(each(namespaces));
    for (const copy of [caches.kuryrNetworks, caches.kuryrNets]) {
      copy.onChange((now, before) => {
        const name = (now ?? before)?.metadata.name.replace(/^ns-/, '') ?? '';
        namespaces.add(copy === caches.kuryrNets ? name : spaceOf(now ?? before));
        waiting(name);
      });
    }
    for (const copy of [caches.services, caches.endpoints]) copy.onChange(each(services));
    caches.services.onChange(each(balancers));
    handlers.onBalancerChange((key) => {
      balancers.add(key);
      services.add(key);
    });
    if (hasPolicies(context)) {
      this.#connectPolicies(context, { policies, waiting, each });
      handlers.onBalancerChange(() => {
        for (const policy of caches.policies.all()) policies.add(keyOf(policy));
      });
    }
    return [pods, namespaces, services, balancers, policies];
  }

  /** Everything that a rule can depend on has the policies looked at again. */
  #connectPolicies({ caches }: Context, { policies, waiting, each }: PolicyWiring): void {
    const all = (): void => {
      for (const policy of caches.policies.all()) policies.add(keyOf(policy));
    };
    caches.policies.onChange(each(policies));
    for (const copy of [caches.kuryrPolicies, caches.kuryrNetPolicies]) {
      copy.onChange((now, before) => {
        const changed = now ?? before;
        if (changed === undefined) return;
        policies.add(keyOf(changed).replace(/\/np-/, '/'));
        waiting(changed.metadata.namespace ?? '');
      });
    }
    caches.pods.onChange((now, before) => {
      const seen = (pod?: Pod): string | undefined =>
        pod?.status?.podIP && `${pod.status.podIP} ${JSON.stringify(pod.metadata.labels)}`;
      if (seen(now) !== seen(before)) all();
    });
    caches.namespaces.onChange((now, before) => {
      if (JSON.stringify(now?.metadata.labels) !== JSON.stringify(before?.metadata.labels)) all();
    });
    caches.kuryrNetworks.onChange((now, before) => {
      if (now?.status?.subnetCIDR !== before?.status?.subnetCIDR) all();
    });
    caches.services.onChange((now, before) => {
      if (JSON.stringify(now?.spec) !== JSON.stringify(before?.spec)) all();
      else if (now?.metadata.deletionTimestamp !== before?.metadata.deletionTimestamp) all();
    });
    caches.endpoints.onChange(() => {
      if (caches.policies.all().some(({ spec }) => (spec.egress ?? []).length > 0)) all();
    });
  }
}

interface PolicyWiring {
  readonly policies: WorkQueue;
  readonly waiting: (namespace: string) => void;
  readonly each: (target: WorkQueue) => (now?: Resource, before?: Resource) => void;
}
