/**
 * The vantages that outlive a scenario: the outside, the plain machine, and the nodes. Their probers are started when they
 * are first asked and ended with the worker.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ProbeError, type ProcessHandle, type Profile, type Stack } from '#env';
import type { Cluster } from '../cluster/cluster.ts';
import { describePod } from '../cluster/descriptions.ts';
import { type ChannelStream, ProbeChannel } from './channel.ts';
import { nodePod, nodePodNamespace, type NodePodPlan, nodeProgram } from './node-pod.ts';
import { type ProbeServer, type ServerMarks, startServer } from './server.ts';
import { proberFile, proberSource, streamOfProcess } from './streams.ts';

/** What the lasting vantages need of the stack, and whose they are. */
export interface LastingOptions {
  readonly cluster: Pick<Cluster, 'apply' | 'attach' | 'podOf' | 'remove'>;
  readonly stack: Pick<Stack, 'outside' | 'machine'> & {
    readonly profile: Pick<Profile, 'images'>;
  };
  readonly runId: string;
  /** Tells the pods of this worker apart from those of others. */
  readonly owner: string;
}

const runningMs = 120_000;
const pollMs = 500;

/** Where probers run on machines that are no nodes. */
export type Place = 'outside' | 'machine';

/** The channels to such machines and to the nodes, one each. */
export class LastingChannels implements AsyncDisposable {
  readonly #options: LastingOptions;
  readonly #nodes = new Map<string, ProbeChannel>();
  readonly #made = new Map<string, Promise<void>>();
  readonly #places = new Map<Place, ProbeChannel>();
  #hasProgram: Promise<unknown> | undefined;

  constructor(options: LastingOptions) {
    this.#options = options;
  }

  /** The channel to the prober at a place. */
  at(place: Place): ProbeChannel {
    let channel = this.#places.get(place);
    if (channel === undefined) {
      channel = new ProbeChannel(place, () =>
        Promise.resolve(streamOfProcess(this.#start(place, ['node', proberFile, 'control']))),
      );
      this.#places.set(place, channel);
    }
    return channel;
  }

  /** Starts a server at a place, which answers with the given marks. */
  serve(place: Place, marks: ServerMarks): Promise<ProbeServer> {
    return startServer((argv) => this.#start(place, argv), marks);
  }

  #start(place: Place, argv: readonly string[]): ProcessHandle {
    const { stack } = this.#options;
    const program = place === 'outside' ? stack.outside(argv) : stack.machine?.(argv);
    if (program !== undefined) return program;
    throw new ProbeError(
      'PROBE_PLACE_MISSING',
      `Starting a prober at "${place}": this stack has no such place, though its profile claims it. Take "vm.plain" out of its claims.`,
    );
  }

  /** The channel to the prober of a node. */
  node(node: string): ProbeChannel {
    let channel = this.#nodes.get(node);
    if (channel === undefined) {
      channel = new ProbeChannel(`node ${node}`, (signal) => this.#openNode(node, signal));
      this.#nodes.set(node, channel);
    }
    return channel;
  }

  /** Ends the probers and removes the pods of nodes. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const channel of this.#places.values()) channel.close();
    this.#nodes.forEach((channel) => {
      channel.close();
    });
    const objects = [...this.#made.keys()].flatMap((node) => [
      nodePod(this.#plan(node)),
      nodeProgram(this.#plan(node), ''),
    ]);
    await Promise.all(objects.map((object) => this.#options.cluster.remove(object)));
  }

  #plan(node: string): NodePodPlan {
    const { runId, owner, stack } = this.#options;
    return { runId, owner, node, images: stack.profile.images };
  }

  async #openNode(node: string, signal: AbortSignal): Promise<ChannelStream> {
    const plan = this.#plan(node);
    const pod = nodePod(plan);
    let made = this.#made.get(node);
    if (made === undefined) {
      made = this.#make(plan, signal);
      this.#made.set(node, made);
    }
    await made;
    const place = { namespace: nodePodNamespace, name: pod.metadata.name };
    return streamOfProcess(await this.#options.cluster.attach(place));
  }

  async #make(plan: NodePodPlan, signal: AbortSignal): Promise<void> {
    const { cluster } = this.#options;
    this.#hasProgram ??= proberSource().then((source) => cluster.apply(nodeProgram(plan, source)));
    await this.#hasProgram;
    const pod = nodePod(plan);
    await cluster.apply(pod);
    const reading = cluster.podOf(nodePodNamespace, pod.metadata.name);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(runningMs)]);
    for (;;) {
      const seen = await reading.read(deadline);
      if (seen?.status?.phase === 'Running') {
        return;
      }
      if (deadline.aborted) {
        throw new ProbeError(
          'PROBE_NODE_POD_NOT_RUNNING',
          `Starting the prober of node "${plan.node}": its pod "${pod.metadata.name}" was ${describePod(seen)} ` +
            `after ${runningMs / 1_000} s. Look into the events of namespace "${nodePodNamespace}".`,
        );
      }
      await pause(pollMs);
    }
  }
}
