/**
 * The vantages of one scenario, and the table of who reaches whom. Every answer must carry the marks of
 * the run and of the scenario, so that a neighbour's server or a stale member is no success.
 */
import { ProbeError } from '#env';
import type { Cluster } from '../cluster/cluster.ts';
import { reading, type Reading } from '../reading.ts';
import { ProbeChannel } from './channel.ts';
import type { LastingChannels, Place } from './node-vantages.ts';
import type { Verdict } from './probe.ts';
import type { ProbeServer } from './server.ts';
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
  readonly lasting: Pick<LastingChannels, 'at' | 'node' | 'serve'>;
  readonly runId: string;
  readonly scenario: string;
}

const cellMs = 1_000;

/** By these names servers that are no pods answer, as pods do by theirs. */
export const outsideName = 'outside';
export const machineName = 'machine';

/** The vantages of one scenario. */
export class Probes implements Disposable {
  readonly #options: ProbesOptions;
  readonly #channels = new Map<string, ProbeChannel>();
  readonly #servers: ProbeServer[] = [];

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
    return this.#vantage(this.#options.lasting.at('outside'));
  }

  /** A machine that is no node, on a tenant network of the cloud. */
  get machine(): Vantage {
    return this.#vantage(this.#options.lasting.at('machine'));
  }

  /** Serves at the outside vantage, over TCP and UDP on free ports, until the scenario ends. */
  serveOutside(): Promise<ProbeServer> {
    return this.#serve('outside', outsideName);
  }

  /** The same at the plain machine. */
  serveOnMachine(): Promise<ProbeServer> {
    return this.#serve('machine', machineName);
  }

  async #serve(place: Place, pod: string): Promise<ProbeServer> {
    const { lasting, runId, scenario } = this.#options;
    const server = await lasting.serve(place, { run: runId, scenario, pod });
    this.#servers.push(server);
    return server;
  }

  /** Measures once who reaches whom. */
  async table(
    pods: readonly ProbingPod[],
    options: TableOptions,
    signal?: AbortSignal,
  ): Promise<TruthTable> {
    const [table] = await this.tables(pods, [options], signal);
    if (table === undefined) {
      throw new ProbeError('PROBE_UNANSWERED', 'Measuring who reaches whom: there is no table.');
    }
    return table;
  }

  /** Measures who reaches whom at several ports, all at once: what is blocked costs one timeout. */
  async tables(
    pods: readonly ProbingPod[],
    targets: readonly TableOptions[],
    signal?: AbortSignal,
  ): Promise<TruthTable[]> {
    const vantages = pods.map((pod) => ({ from: pod, vantage: this.in(pod) }));
    // Channels that are still to be opened must not stretch the measurement.
    await Promise.all(vantages.map(({ vantage }) => vantage.batch([], signal)));
    const began = performance.now();
    const rows = await Promise.all(
      vantages.map(async ({ from, vantage }) => rowsOf({ from, vantage, pods, targets }, signal)),
    );
    const elapsedMs = Math.round(performance.now() - began);
    return targets.map(
      (target, index) =>
        new TruthTable({ ...target, cells: rows.flatMap((row) => row[index] ?? []), elapsedMs }),
    );
  }

  /** Who reaches whom, by pairs of pods, to be compared with an `expectedTable`. */
  tableOf(pods: readonly ProbingPod[], options: TableOptions): Reading<Record<string, Verdict>> {
    return reading(
      `who reaches whom among ${pods.length} pods over ${options.protocol} port ${options.port}`,
      async (signal) => (await this.table(pods, options, signal)).verdicts(),
      describeVerdicts,
    );
  }

  /** Who reaches whom at several ports, by pairs of pods and port. */
  tablesOf(
    pods: readonly ProbingPod[],
    targets: readonly TableOptions[],
  ): Reading<Record<string, Verdict>> {
    const ports = targets.map(({ protocol, port }) => `${port}/${protocol}`).join(', ');
    return reading(
      `who reaches whom among ${pods.length} pods at ${ports}`,
      async (signal) => {
        const tables = await this.tables(pods, targets, signal);
        return Object.assign({}, ...tables.map((table) => table.verdicts())) as Record<
          string,
          Verdict
        >;
      },
      describeVerdicts,
    );
  }

  /** Closes the channels to pods, and servers; channels to machines stay. */
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

function describeVerdicts(seen: Record<string, Verdict>): string {
  const open = Object.values(seen).filter((verdict) => verdict === 'open').length;
  return `${open} of ${Object.keys(seen).length} pairs open`;
}

interface Rows {
  readonly from: ProbingPod;
  readonly vantage: Vantage;
  readonly pods: readonly ProbingPod[];
  readonly targets: readonly TableOptions[];
}

/** What one pod finds about all others, target by target. */
async function rowsOf(
  { from, vantage, pods, targets }: Rows,
  signal?: AbortSignal,
): Promise<Cell[][]> {
  const probes = targets.flatMap(({ protocol, port, timeoutMs = cellMs }) =>
    pods.map((to) =>
      vantage.probe(
        protocol === 'TCP' ? 'tcp' : 'udp',
        { host: to.ip, port },
        { timeoutMs, expect: { pods: [to.name] } },
      ),
    ),
  );
  const seen = await vantage.batch(probes, signal);
  const row = (first: number): Cell[] =>
    pods.map((to, index) => {
      const observation = seen[first + index];
      if (observation === undefined) {
        throw new ProbeError(
          'PROBE_UNANSWERED',
          `Measuring who reaches whom: ${vantage.name} reported nothing about pod "${to.name}".`,
        );
      }
      return { from, to, observation };
    });
  return targets.map((_, index) => row(index * pods.length));
}
