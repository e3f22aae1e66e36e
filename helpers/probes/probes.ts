/**
 * The vantages of one scenario, and the table of who reaches whom. Every answer must carry the marks of
 * the run and of the scenario, so that a neighbour's server or a stale member is no success.
 */
import { ProbeError } from '#env';
import type { Cluster } from '../cluster/cluster.ts';
import { reading, type Reading } from '../reading.ts';
import { ProbeChannel } from './channel.ts';
import type { LastingChannels } from './node-vantages.ts';
import type { Verdict } from './probe.ts';
import type { OutsideServer } from './outside-server.ts';
import { streamOfProcess } from './streams.ts';
import { type Cell, type TablePod, type TableTarget, TruthTable } from './truth-table.ts';
import { ChannelVantage, type Vantage } from './vantage.ts';

/** A pod that runs the prober and can be probed from. */
export interface ProbingPod extends TablePod {
  readonly uid: string;
}

/** What is probed between pods, and how long a silent pair is waited for. */
export interface TableOptions extends TableTarget {
  readonly timeoutMs?: number;
}

/** Where the vantages of a scenario come from. */
export interface ProbesOptions {
  readonly cluster: Pick<Cluster, 'attach'>;
  readonly lasting: Pick<LastingChannels, 'node' | 'outside' | 'serveOutside'>;
  readonly runId: string;
  readonly scenario: string;
}

const cellMs = 1_000;

/** By this name a server at the outside vantage answers, as pods do by theirs. */
export const outsideName = 'outside';

/** The vantages of one scenario. */
export class Probes implements Disposable {
  readonly #options: ProbesOptions;
  readonly #channels = new Map<string, ProbeChannel>();
  readonly #servers: OutsideServer[] = [];

  constructor(options: ProbesOptions) {
    this.#options = options;
  }

  /** A pod as a vantage. */
  in(pod: ProbingPod): Vantage {
    let channel = this.#channels.get(pod.uid);
    if (channel === undefined) {
      const { cluster } = this.#options;
      channel = new ProbeChannel(`pod ${pod.namespace}/${pod.name}`, async () =>
        streamOfProcess(await cluster.attach(pod)),
      );
      this.#channels.set(pod.uid, channel);
    }
    return this.#vantage(channel);
  }

  /** A node as a vantage: its own network, not that of a pod. */
  on(node: string | { readonly name: string }): Vantage {
    const name = typeof node === 'string' ? node : node.name;
    return this.#vantage(this.#options.lasting.node(name));
  }

  /** A client outside the cluster and the cloud's tenant networks. */
  get outside(): Vantage {
    return this.#vantage(this.#options.lasting.outside());
  }

  /** Serves at the outside vantage, over TCP and UDP on free ports, until the scenario ends. */
  async serveOutside(): Promise<OutsideServer> {
    const { lasting, runId, scenario } = this.#options;
    const server = await lasting.serveOutside({ run: runId, scenario, pod: outsideName });
    this.#servers.push(server);
    return server;
  }

  /** Measures once who reaches whom. */
  async table(
    pods: readonly ProbingPod[],
    options: TableOptions,
    signal?: AbortSignal,
  ): Promise<TruthTable> {
    const vantages = pods.map((pod) => ({ from: pod, vantage: this.in(pod) }));
    // Channels that are still to be opened must not stretch the measurement.
    await Promise.all(vantages.map(({ vantage }) => vantage.batch([], signal)));
    const began = performance.now();
    const rows = await Promise.all(
      vantages.map(async ({ from, vantage }) => rowOf({ from, vantage, pods, options }, signal)),
    );
    const elapsedMs = Math.round(performance.now() - began);
    return new TruthTable({ ...options, cells: rows.flat(), elapsedMs });
  }

  /** Who reaches whom, by pairs of pods, to be compared with an `expectedTable`. */
  tableOf(pods: readonly ProbingPod[], options: TableOptions): Reading<Record<string, Verdict>> {
    return reading(
      `who reaches whom among ${pods.length} pods over ${options.protocol} port ${options.port}`,
      async (signal) => (await this.table(pods, options, signal)).verdicts(),
      (seen) => {
        const open = Object.values(seen).filter((verdict) => verdict === 'open').length;
        return `${open} of ${Object.keys(seen).length} pairs open`;
      },
    );
  }

  /** Closes the channels to pods and servers outside; channels to nodes and to the outside stay. */
  [Symbol.dispose](): void {
    this.#servers.forEach((server) => {
      server[Symbol.dispose]();
    });
    this.#channels.forEach((channel) => {
      channel.close();
    });
  }

  #vantage(channel: ProbeChannel): Vantage {
    const { runId, scenario } = this.#options;
    return new ChannelVantage(channel, { run: runId, scenario });
  }
}

interface Row {
  readonly from: ProbingPod;
  readonly vantage: Vantage;
  readonly pods: readonly ProbingPod[];
  readonly options: TableOptions;
}

async function rowOf({ from, vantage, pods, options }: Row, signal?: AbortSignal): Promise<Cell[]> {
  const kind = options.protocol === 'TCP' ? 'tcp' : 'udp';
  const timeoutMs = options.timeoutMs ?? cellMs;
  const probes = pods.map((to) =>
    vantage.probe(
      kind,
      { host: to.ip, port: options.port },
      { timeoutMs, expect: { pods: [to.name] } },
    ),
  );
  const seen = await vantage.batch(probes, signal);
  return pods.map((to, index) => {
    const observation = seen[index];
    if (observation === undefined) {
      throw new ProbeError(
        'PROBE_UNANSWERED',
        `Measuring who reaches whom: ${vantage.name} reported nothing about pod "${to.name}".`,
      );
    }
    return { from, to, observation };
  });
}
