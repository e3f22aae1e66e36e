/**
 * The reference Kuryr of the embedded stack: a controller, a CNI daemon for each node, and the health of
 * the controller over HTTP.
 */
import type { Cni, CniRequest } from '../seams.ts';
import type { World } from '../world.ts';
import type { CloudAccess } from './api/cloud.ts';
import type { KubeAccess } from './api/kube.ts';
import { CniDaemon, type KuryrNode } from './cni/daemon.ts';
import { Controller } from './controller/controller.ts';
import { serveHealth } from './controller/health.ts';
import { daemonText } from './controller/metrics.ts';
import { releaseOf } from './release.ts';
import type { KuryrSettings } from './settings.ts';

/** What Kuryr is started with. */
export interface KuryrOptions {
  readonly kubernetes: KubeAccess;
  readonly cloud: CloudAccess;
  readonly settings: KuryrSettings;
  readonly nodes: readonly KuryrNode[];
}

/** A program of Kuryr's that may be stopped and started. */
export interface KuryrProgram {
  readonly isRunning: boolean;
  start(): Promise<void>;
  stop(): void;
}

/** A running Kuryr. */
export interface Kuryr extends AsyncDisposable {
  /** For the kubelets of all nodes. */
  readonly cni: Cni;
  readonly controller: KuryrProgram & { readonly restarts: number };
  /** By name of the node. */
  readonly daemons: ReadonlyMap<string, KuryrProgram>;
  /** Base of /ready, /alive and /metrics. */
  readonly healthUrl: string;
}

/** Starts Kuryr in the release of the world's axes. */
export async function startKuryr(world: World, options: KuryrOptions): Promise<Kuryr> {
  const { kubernetes, cloud, settings } = options;
  const release = releaseOf(world.axes);
  const controller = new Controller({ world, kubernetes, cloud, release, settings });
  const daemons = new Map(
    options.nodes.map((node) => [
      node.name,
      new CniDaemon({ world, kubernetes, release, settings, node }),
    ]),
  );
  const health = await serveHealth({
    ready: () => controller.ready(),
    alive: () => controller.alive(),
    metrics: async () => {
      const figures = [...daemons.values()].flatMap((daemon) => daemon.figures);
      return `${await controller.metrics()}${daemonText(figures)}`;
    },
  });
  await Promise.all([controller.start(), ...[...daemons.values()].map((daemon) => daemon.start())]);
  return {
    cni: cniOf(daemons),
    controller,
    daemons,
    healthUrl: health.url,
    [Symbol.asyncDispose]: async () => {
      controller.stop();
      for (const daemon of daemons.values()) daemon.stop();
      await health[Symbol.asyncDispose]();
    },
  };
}

function cniOf(daemons: ReadonlyMap<string, CniDaemon>): Cni {
  const daemonOf = ({ node }: CniRequest): CniDaemon => {
    const daemon = daemons.get(node);
    if (daemon === undefined) throw new Error(`There is no kuryr-daemon on node ${node}.`);
    return daemon;
  };
  return {
    add: async (request, signal) => daemonOf(request).add(request, signal),
    del: async (request) => daemonOf(request).del(request),
  };
}
