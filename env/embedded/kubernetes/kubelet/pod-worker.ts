/**
 * Brings one pod up on a node, keeps it running, and takes it down.
 */
import type { ContainerSpec, Netns } from '../../seams.ts';
import type { Random } from '../../world.ts';
import type { Tokens } from '../api/tokens.ts';
import type { Recorder } from '../controllers/events.ts';
import { type Happening } from '../controllers/events.ts';
import type { Ground } from '../controllers/loop.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Container, Pod, ServiceAccount } from '../objects.ts';
import type { NodePart } from '../parts.ts';
import { ContainerRunner } from './container.ts';
import { MissingReference } from './downward.ts';
import { environmentOf, expanded } from './environment.ts';
import { gatesOf, statusOf } from './pod-status.ts';
import { type ClusterDns, hostnameOf, hostsOf, resolvConfOf } from './resolver.ts';
import { makeSandbox, type Sandbox, type SandboxMaker } from './sandbox.ts';
import { checkVolumes, mountedFiles, type VolumeSources } from './volumes.ts';

/** What the workers of a node share. */
export interface WorkerGround extends Ground, SandboxMaker {
  readonly node: string;
  readonly part: NodePart;
  readonly tokens: Tokens;
  readonly dns: ClusterDns;
  readonly recorder: Recorder;
  readonly random: Random;
}

const mountRetryMs = 200;
const publishSoonMs = 1;

/** One pod on a node. */
export class PodWorker {
  readonly uid: string;
  readonly #ground: WorkerGround;
  readonly #kind: Kind;
  readonly #ending = new AbortController();
  readonly #init: ContainerRunner[] = [];
  readonly #main: ContainerRunner[] = [];
  #pod: Pod;
  #sandbox: Sandbox | undefined;
  #isInitialized = false;
  #isPublishing = false;
  #isGone = false;
  #up: Promise<void> | undefined;
  #down: Promise<void> | undefined;

  constructor(ground: WorkerGround, pod: Pod) {
    this.#ground = ground;
    this.#kind = ground.api.kind('v1', 'Pod');
    this.#pod = pod;
    this.uid = pod.metadata.uid;
  }

  /** The runner of a container; the first one when no name is given. */
  runner(name?: string): ContainerRunner | undefined {
    const all = [...this.#main, ...this.#init];
    return name === undefined ? all[0] : all.find(({ container }) => container.name === name);
  }

  get netns(): Netns | undefined {
    return this.#pod.spec.hostNetwork === true ? this.#ground.part.netns : this.#sandbox?.netns;
  }

  start(): void {
    this.#up ??= this.#run().catch((error: unknown) => {
      if (!this.#ending.signal.aborted && !this.#ground.world.closing.aborted) {
        const { name } = this.#pod.metadata;
        this.#ground.world.log('kubelet', `pod ${name}: ${(error as Error).stack ?? ''}`);
      }
    });
  }

  /** Takes up what the API says of the pod. */
  update(pod: Pod): void {
    const isGateMoved = gatesOf(pod) !== gatesOf(this.#pod);
    this.#pod = pod;
    if (isGateMoved) this.#publishSoon();
    if (pod.metadata.deletionTimestamp !== undefined) void this.end();
  }

  /** Takes the pod down; it may be gone from the API already. */
  end(isGone = false): Promise<void> {
    this.#isGone ||= isGone;
    this.#down ??= this.#takeDown().catch((error: unknown) => {
      this.#ground.world.log('kubelet', `ending ${this.uid}: ${(error as Error).message}`);
    });
    return this.#down;
  }

  /** Ends the pod's processes at once, when the whole cluster goes. */
  kill(): void {
    this.#ending.abort();
    for (const { process } of [...this.#main, ...this.#init]) process?.kill();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    const { spec } = this.#pod;
    this.#publish();
    await this.#volumes();
    if (spec.hostNetwork !== true) {
      this.#sandbox = await makeSandbox(this.#ground, this.#pod, { note: this.#note, signal });
    }
    this.#init.push(...(spec.initContainers ?? []).map((one) => this.#runnerFor(one, true)));
    this.#main.push(...spec.containers.map((one) => this.#runnerFor(one, false)));
    this.#publish();
    if (await this.#initialized()) {
      this.#isInitialized = true;
      await Promise.all(this.#main.map((runner) => runner.run()));
    }
    if (signal.aborted) return;
    this.#publish();
    // A pod that has come to its end gives its network back, but stays in the API.
    await this.#sandbox?.remove(this.#ground.world.closing);
    this.#sandbox = undefined;
  }

  async #volumes(): Promise<void> {
    const { world } = this.#ground;
    for (;;) {
      try {
        checkVolumes(this.#sources, this.#pod);
        return;
      } catch (error) {
        if (!(error instanceof MissingReference)) throw error;
        this.#note({ type: 'Warning', reason: 'FailedMount', message: error.message });
      }
      await world.delay(mountRetryMs, this.#ending.signal);
    }
  }

  async #initialized(): Promise<boolean> {
    for (const runner of this.#init) {
      await runner.run();
      this.#ending.signal.throwIfAborted();
      if (runner.exitCode !== 0) return false;
    }
    return true;
  }

  async #takeDown(): Promise<void> {
    const { world, api } = this.#ground;
    const graceMs = (this.#pod.metadata.deletionGracePeriodSeconds ?? 30) * 1_000;
    for (const { container, isRunning } of this.#main) {
      const fieldPath = `spec.containers{${container.name}}`;
      const message = `Stopping container ${container.name}`;
      if (isRunning) this.#note({ reason: 'Killing', message, fieldPath });
    }
    this.#ending.abort();
    await Promise.all([...this.#init, ...this.#main].map((runner) => runner.end(graceMs)));
    await this.#up;
    this.#publish();
    await this.#sandbox?.remove(world.closing);
    this.#sandbox = undefined;
    const { metadata } = this.#pod;
    if (this.#isGone || api.find(this.#kind, metadata)?.metadata.uid !== this.uid) return;
    api.remove(this.#kind, metadata, { gracePeriodSeconds: 0 });
  }

  get #sources(): VolumeSources {
    const { api, tokens } = this.#ground;
    return {
      api,
      token: ({ metadata, spec }, audience) => {
        const { namespace = '' } = metadata;
        const account = spec.serviceAccountName ?? 'default';
        const place = { namespace, name: account };
        const found = api.find(api.kind('v1', 'ServiceAccount'), place) as
          ServiceAccount | undefined;
        const audiences = audience === undefined ? {} : { audiences: [audience] };
        return tokens.issue({ namespace, account, uid: found?.metadata.uid ?? '', ...audiences });
      },
    };
  }

  #runnerFor(container: Container, isInit: boolean): ContainerRunner {
    const { world, dataPlane, part, random } = this.#ground;
    return new ContainerRunner(
      container,
      {
        ...{ world, dataPlane, isInit },
        podIp: this.#ips[0] ?? '',
        probeFrom: part.netns,
        signal: this.#ending.signal,
        pod: () => this.#pod,
        specOf: (one) => this.#specOf(one),
        note: this.#note,
        idOf: () => random.hex(64),
        changed: () => {
          this.#publishSoon();
        },
      },
      () => random.next(),
    );
  }

  get #ips(): readonly string[] {
    if (this.#pod.spec.hostNetwork === true) return [this.#ground.part.internalIp];
    return this.#sandbox?.ips ?? this.#pod.status?.podIPs?.map(({ ip }) => ip) ?? [];
  }

  #specOf(container: Container): ContainerSpec {
    const { api, dns } = this.#ground;
    const { netns } = this;
    if (netns === undefined) throw new MissingReference('the sandbox of the pod is gone');
    const env = environmentOf(api, this.#pod, container);
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    return {
      image: container.image ?? '',
      command: words.map((word) => expanded(word, env)),
      env,
      files: mountedFiles(this.#sources, this.#pod, container),
      resolvConf: resolvConfOf(this.#pod, dns),
      hosts: hostsOf(this.#pod, dns),
      hostname: hostnameOf(this.#pod),
      netns,
    };
  }

  readonly #note = (happening: Happening): void => {
    if (!this.#isGone) this.#ground.recorder.note(this.#pod, happening);
  };

  /** Several changes at once are one write. */
  #publishSoon(): void {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    setTimeout(() => {
      this.#publish();
    }, publishSoonMs);
  }

  #publish(): void {
    this.#isPublishing = false;
    const { api, world, part } = this.#ground;
    if (this.#isGone || world.closing.aborted) return;
    api.change<Pod>(this.#kind, this.#pod.metadata, (draft) => {
      if (draft.metadata.uid !== this.uid) return;
      const facts = {
        pod: draft,
        hostIp: part.internalIp,
        podIps: this.#ips,
        init: this.#init.map(({ status }) => status),
        containers: this.#statuses(draft),
        isInitialized: this.#isInitialized,
      };
      draft.status = statusOf(facts);
    });
  }

  #statuses({ spec }: Pod): ReturnType<typeof statusOf>['containerStatuses'] & object {
    if (this.#main.length > 0) return this.#main.map(({ status }) => status);
    const reason = (spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
    return spec.containers.map(({ name, image = '' }) => ({
      ...{ name, image, imageID: '', ready: false, started: false, restartCount: 0 },
      state: { waiting: { reason } },
      lastState: {},
    }));
  }
}
