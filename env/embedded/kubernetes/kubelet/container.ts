/**
 * One container of a pod: starts it, probes it, starts it again, and knows its state.
 */
import {
  type ContainerSpec,
  type DataPlane,
  RuntimeRefusal,
  type RunningProcess,
} from '../../seams.ts';
import type { World } from '../../world.ts';
import type { Happening } from '../controllers/events.ts';
import { type Container, type ContainerStatus, moment, type Pod } from '../objects.ts';
import { MissingReference } from './downward.ts';
import { ContainerLog } from './logs.ts';
import { keepProbing, type ProbeEvents, type ProbeTarget } from './probing.ts';

/** What a container needs of its pod. */
export interface ContainerHost {
  readonly world: World;
  readonly dataPlane: DataPlane;
  readonly podIp: string;
  readonly probeFrom: ProbeTarget['from'];
  readonly isInit: boolean;
  /** Ends with the pod. */
  readonly signal: AbortSignal;
  pod(): Pod;
  specOf(container: Container): ContainerSpec;
  changed(): void;
  note(happening: Happening): void;
  idOf(): string;
}

type State = NonNullable<ContainerStatus['state']>;

const firstBackoffMs = 100;
const longestBackoffMs = 10_000;
const startMs = [10, 30] as const;

/** A container and all its runs. */
export class ContainerRunner {
  readonly container: Container;
  readonly #host: ContainerHost;
  readonly #random: () => number;
  process: RunningProcess | undefined;
  log = new ContainerLog();
  previousLog: ContainerLog | undefined;
  #state: State = { waiting: { reason: 'ContainerCreating' } };
  #lastState: State = {};
  #id = '';
  #restarts = 0;
  #isReady = false;
  #isStarted = false;

  constructor(container: Container, host: ContainerHost, random: () => number) {
    this.container = container;
    this.#host = host;
    this.#random = random;
    if (!host.isInit && (host.pod().spec.initContainers ?? []).length > 0) {
      this.#state = { waiting: { reason: 'PodInitializing' } };
    }
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isRunning(): boolean {
    return this.#state.running !== undefined;
  }

  /** The exit status after the last run; undefined while there may be another one. */
  get exitCode(): number | undefined {
    return this.#state.terminated?.exitCode;
  }

  get status(): ContainerStatus {
    const { name, image = '' } = this.container;
    return {
      name,
      image,
      imageID: image,
      ready: this.#host.isInit ? this.exitCode === 0 : this.#isReady,
      started: this.#isStarted,
      restartCount: this.#restarts,
      state: this.#state,
      lastState: this.#lastState,
      ...(this.#id === '' ? {} : { containerID: `containerd://${this.#id}` }),
    };
  }

  /** Runs the container as often as its pod's restart policy says. */
  async run(): Promise<void> {
    let backoffMs = firstBackoffMs;
    while (!this.#isOver()) {
      const process = await this.#started();
      if (process !== undefined) {
        const code = await this.#watched(process);
        if (this.#isOver() || !this.#restartsAfter(code)) return;
        this.#backOff();
      }
      await this.#host.world.delay(backoffMs, this.#host.signal);
      backoffMs = Math.min(backoffMs * 2, longestBackoffMs);
    }
  }

  /** Ends the process; resolves when it has ended or the grace is over. */
  async end(graceMs: number): Promise<void> {
    const { process } = this;
    if (process === undefined || this.#state.running === undefined) return;
    process.kill();
    const over = this.#host.world.delay(graceMs).then(() => 137);
    const code = await Promise.race([process.exited, over]);
    // It may have been told of in the meantime.
    this.#endedWith(code);
  }

  #isOver(): boolean {
    return this.#host.signal.aborted;
  }

  async #started(): Promise<RunningProcess | undefined> {
    const { world, signal } = this.#host;
    const [least, most] = startMs;
    await world.delay(least + (most - least) * this.#random(), signal);
    if (this.#isOver()) return undefined;
    try {
      const spec = this.#host.specOf(this.container);
      const process = this.#host.dataPlane.start(spec);
      this.#running(process);
      return process;
    } catch (error) {
      this.#refused(error);
      return undefined;
    }
  }

  #running(process: RunningProcess): void {
    const { name, image = '' } = this.container;
    if (this.#restarts > 0) this.previousLog = this.log;
    this.log = new ContainerLog();
    this.log.read(process.stdout, 'stdout');
    this.log.read(process.stderr, 'stderr');
    process.stdin.on('error', () => {
      // Whoever writes to a process that has ended is told by the end of its output.
    });
    this.process = process;
    this.#id = this.#host.idOf();
    this.#state = { running: { startedAt: moment() } };
    this.#isStarted = this.container.startupProbe === undefined;
    this.#isReady = this.#isStarted && this.container.readinessProbe === undefined;
    this.#note('Pulled', `Container image "${image}" already present on machine`);
    this.#note('Created', `Created container ${name}`);
    this.#note('Started', `Started container ${name}`);
    this.#host.changed();
  }

  #refused(error: unknown): void {
    const { message } = error as Error;
    const reason =
      error instanceof RuntimeRefusal
        ? error.reason
        : error instanceof MissingReference
          ? 'CreateContainerConfigError'
          : 'RunContainerError';
    this.#state = { waiting: { reason, message } };
    this.#note('Failed', `Error: ${message}`, 'Warning');
    this.#host.changed();
  }

  async #watched(process: RunningProcess): Promise<number> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#host.signal]);
    this.#probe(process, signal);
    const code = await process.exited;
    over.abort();
    if (this.isRunning && this.process === process) this.#terminated(code);
    return code;
  }

  #endedWith(code: number): void {
    if (this.isRunning) this.#terminated(code);
  }

  #terminated(exitCode: number): void {
    const startedAt = this.#state.running?.startedAt ?? moment();
    this.#isReady = false;
    this.#isStarted = false;
    this.#state = {
      terminated: {
        exitCode,
        reason: exitCode === 0 ? 'Completed' : 'Error',
        startedAt,
        finishedAt: moment(),
        containerID: `containerd://${this.#id}`,
      },
    };
    this.#host.changed();
  }

  #backOff(): void {
    this.#restarts += 1;
    this.#lastState = this.#state;
    const { name } = this.container;
    const pod = this.#host.pod().metadata;
    const where = `${pod.name}_${pod.namespace ?? ''}(${pod.uid})`;
    const message = `back-off restarting failed container=${name} pod=${where}`;
    this.#state = { waiting: { reason: 'CrashLoopBackOff', message } };
    const text = `Back-off restarting failed container ${name} in pod ${where}`;
    this.#note('BackOff', text, 'Warning');
    this.#host.changed();
  }

  #restartsAfter(code: number): boolean {
    const policy = this.#host.pod().spec.restartPolicy ?? 'Always';
    if (this.#host.isInit) return code !== 0 && policy !== 'Never';
    return policy === 'Always' || (policy === 'OnFailure' && code !== 0);
  }

  #probe(process: RunningProcess, signal: AbortSignal): void {
    const { startupProbe, readinessProbe, livenessProbe } = this.container;
    const begin = (): void => {
      this.#keep(readinessProbe, [process, signal], {
        onSuccess: () => {
          this.#setReady(true);
        },
        onFailure: () => {
          this.#setReady(false);
        },
        onUnhealthy: this.#unhealthy('Readiness'),
      });
      this.#keep(livenessProbe, [process, signal], this.#deadly(process, 'Liveness'));
    };
    if (startupProbe === undefined) {
      begin();
      return;
    }
    this.#keep(startupProbe, [process, signal], {
      ...this.#deadly(process, 'Startup'),
      onSuccess: () => {
        if (this.#isStarted) return;
        this.#isStarted = true;
        if (readinessProbe === undefined) this.#setReady(true);
        begin();
      },
    });
  }

  #keep(
    probe: Container['readinessProbe'],
    [process, signal]: [RunningProcess, AbortSignal],
    events: ProbeEvents,
  ): void {
    if (probe === undefined) return;
    const { world, dataPlane, podIp, probeFrom: from } = this.#host;
    const target = { world, dataPlane, from, podIp, container: this.container, process };
    keepProbing(target, probe, { events, signal }).catch(() => {
      // The container has ended or the stack closes.
    });
  }

  #deadly(process: RunningProcess, word: string): ProbeEvents {
    return {
      onSuccess: () => undefined,
      onUnhealthy: this.#unhealthy(word),
      onFailure: () => {
        const { name } = this.container;
        const text = `Container ${name} failed ${word.toLowerCase()} probe, will be restarted`;
        this.#note('Killing', text);
        process.kill();
      },
    };
  }

  #unhealthy(word: string): (message: string) => void {
    return (message) => {
      this.#note('Unhealthy', `${word} probe failed: ${message}`, 'Warning');
    };
  }

  #setReady(isReady: boolean): void {
    if (this.#isReady === isReady) return;
    this.#isReady = isReady;
    this.#host.changed();
  }

  #note(reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal'): void {
    const list = this.#host.isInit ? 'initContainers' : 'containers';
    const fieldPath = `spec.${list}{${this.container.name}}`;
    this.#host.note({ type, reason, message, fieldPath });
  }
}
