/**
 * Probes of containers, from the node's own network. A probe that has not yet had its first success is
 * repeated sooner than its period says, so that a pod is ready soon after it could be.
 */
import type { DataPlane, Netns, RunningProcess } from '../../seams.ts';
import type { World } from '../../world.ts';
import type { Container, Probe } from '../objects.ts';

/** What is probed, and from where. */
export interface ProbeTarget {
  readonly world: World;
  readonly dataPlane: DataPlane;
  readonly from: Netns;
  readonly podIp: string;
  readonly container: Container;
  readonly process: RunningProcess;
}

/** What a probe has found out, after its thresholds. */
export interface ProbeEvents {
  onSuccess(): void;
  onFailure(message: string): void;
  /** Each single failure, for events. */
  onUnhealthy(message: string): void;
}

const firstRepeatMs = 30;
const longestRepeatMs = 250;

/** Probes until the signal ends it. */
export async function keepProbing(
  target: ProbeTarget,
  probe: Probe,
  { events, signal }: { readonly events: ProbeEvents; readonly signal: AbortSignal },
): Promise<void> {
  const { world } = target;
  const { periodSeconds = 10, initialDelaySeconds = 0 } = probe;
  const count = new Count(probe, events, periodSeconds * 1_000);
  await world.delay(initialDelaySeconds * 1_000, signal);
  for (;;) {
    const problem = await probed(target, probe);
    if (signal.aborted) return;
    count.take(problem);
    await world.delay(count.nextMs(), signal);
  }
}

/** Counts what a probe finds against its thresholds. */
class Count {
  readonly #probe: Probe;
  readonly #events: ProbeEvents;
  readonly #periodMs: number;
  #repeatMs = firstRepeatMs;
  #successes = 0;
  #failures = 0;
  #hasSucceeded = false;

  constructor(probe: Probe, events: ProbeEvents, periodMs: number) {
    this.#probe = probe;
    this.#events = events;
    this.#periodMs = periodMs;
  }

  take(problem: string | undefined): void {
    if (problem === undefined) this.#success();
    else this.#failure(problem);
  }

  nextMs(): number {
    if (this.#hasSucceeded) return this.#periodMs;
    const ms = Math.min(this.#repeatMs, this.#periodMs);
    this.#repeatMs = Math.min(this.#repeatMs * 2, longestRepeatMs);
    return ms;
  }

  #success(): void {
    this.#hasSucceeded = true;
    this.#failures = 0;
    this.#successes += 1;
    if (this.#successes >= (this.#probe.successThreshold ?? 1)) this.#events.onSuccess();
  }

  /** Probes that come sooner than their period count for less. */
  #failure(problem: string): void {
    this.#successes = 0;
    this.#failures += this.#hasSucceeded ? 1 : this.#repeatMs / this.#periodMs;
    if (this.#failures >= 1) this.#events.onUnhealthy(problem);
    if (this.#failures < (this.#probe.failureThreshold ?? 3)) return;
    this.#failures = 0;
    this.#events.onFailure(problem);
  }
}

function portOf(container: Container, port: string | number): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port);
  return named?.containerPort ?? Number(port);
}

/** One probe; gives what went wrong. */
async function probed(target: ProbeTarget, probe: Probe): Promise<string | undefined> {
  const { timeoutSeconds = 1, exec, httpGet, tcpSocket, grpc } = probe;
  const timeoutMs = timeoutSeconds * 1_000;
  if (exec !== undefined) return executed(target, exec.command ?? [], timeoutMs);
  if (httpGet !== undefined) return fetched(target, httpGet, timeoutMs);
  const { port = 0, host }: { port?: string | number; host?: string } = tcpSocket ?? grpc ?? {};
  return dialled(target, [host ?? target.podIp, portOf(target.container, port)], timeoutMs);
}

async function dialled(
  { dataPlane, from }: ProbeTarget,
  [host, port]: readonly [string, number],
  timeoutMs: number,
): Promise<string | undefined> {
  const isOpen = await dataPlane.canConnect(from, host, port, timeoutMs);
  const problem = `dial tcp ${hostText(host)}:${port}: connect: connection refused or timed out`;
  return isOpen ? undefined : problem;
}

async function fetched(
  { dataPlane, from, podIp, container }: ProbeTarget,
  { host = podIp, port, path = '/', scheme = 'HTTP' }: NonNullable<Probe['httpGet']>,
  timeoutMs: number,
): Promise<string | undefined> {
  const place = `${hostText(host)}:${portOf(container, port)}`;
  const url = `${scheme.toLowerCase()}://${place}${path}`;
  const status = await dataPlane.httpStatus(from, url, timeoutMs);
  if (status === undefined) return `Get "${url}": context deadline exceeded or connection refused`;
  const isGood = status >= 200 && status < 400;
  return isGood ? undefined : `HTTP probe failed with statuscode: ${status}`;
}

const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

async function executed(
  { world, process }: ProbeTarget,
  command: readonly string[],
  timeoutMs: number,
): Promise<string | undefined> {
  const run = process.exec(command);
  run.stdout.resume();
  run.stderr.resume();
  run.stdin.end();
  const status = await Promise.race([run.exited, world.delay(timeoutMs).then(() => undefined)]);
  if (status === undefined) run.kill();
  return status === 0
    ? undefined
    : `command ${JSON.stringify(command)} exited with ${status ?? 'nothing in time'}`;
}
