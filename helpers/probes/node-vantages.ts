/**
 * The vantages that outlive a scenario: the outside, and the nodes. Their probers are started when they
 * are first asked and ended with the worker.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ProbeError, type Profile, type Stack } from '#env';
import type { Cluster } from '../cluster/cluster.ts';
import { describePod } from '../cluster/descriptions.ts';
import { type ChannelStream, ProbeChannel } from './channel.ts';
import { nodePod, nodePodNamespace, type NodePodPlan, nodeProgram } from './node-pod.ts';
import { type OutsideMarks, type OutsideServer, startOutsideServer } from './outside-server.ts';
import { proberFile, proberSource, streamOfProcess } from './streams.ts';

/** What the lasting vantages need of the stack, and whose they are. */
export interface LastingOptions {
  readonly cluster: Pick<Cluster, 'apply' | 'attach' | 'podOf' | 'remove'>;
  readonly stack: Pick<Stack, 'outside'> & { readonly profile: Pick<Profile, 'images'> };
  readonly runId: string;
  /** Tells the pods of this worker apart from those of others. */
  readonly owner: string;
}

const runningMs = 120_000;
const pollMs = 500;

/** The channels to the outside and to the nodes, one each. */
export class LastingChannels implements AsyncDisposable {
  readonly #options: LastingOptions;
  readonly #nodes = new Map<string, ProbeChannel>();
  readonly #made = new Map<string, Promise<void>>();
  #outside: ProbeChannel | undefined;
  #hasProgram: Promise<unknown> | undefined;

  constructor(options: LastingOptions) {
    this.#options = options;
  }

  /** The channel to the prober at the outside vantage. */
  outside(): ProbeChannel {
    this.#outside ??= new ProbeChannel('outside', () =>
      Promise.resolve(
        streamOfProcess(this.#options.stack.outside(['node', proberFile, 'control'])),
      ),
    );
    return this.#outside;
  }

  /** Starts a server at the outside vantage that answers with the given marks. */
  serveOutside(marks: OutsideMarks): Promise<OutsideServer> {
    return startOutsideServer(this.#options.stack, marks);
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
    this.#outside?.close();
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
