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
  const periodMs = (probe.periodSeconds ?? 10) * 1_000;
  let [successes, failures, repeatMs, hasSucceeded] = [0, 0, firstRepeatMs, false];
  await world.delay((probe.initialDelaySeconds ?? 0) * 1_000, signal);
  for (;;) {
    const problem = await probed(target, probe);
    if (signal.aborted) return;
    if (problem === undefined) {
      [successes, failures, hasSucceeded] = [successes + 1, 0, true];
      if (successes >= (probe.successThreshold ?? 1)) events.onSuccess();
    } else {
      [successes, failures] = [0, failures + (hasSucceeded ? 1 : repeatMs / periodMs)];
      if (hasSucceeded || failures >= 1) events.onUnhealthy(problem);
      if (failures >= (probe.failureThreshold ?? 3)) {
        failures = 0;
        events.onFailure(problem);
      }
    }
    await world.delay(hasSucceeded ? periodMs : Math.min(periodMs, repeatMs), signal);
    repeatMs = Math.min(repeatMs * 2, longestRepeatMs);
  }
}

function portOf(container: Container, port: string | number): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port);
  return named?.containerPort ?? Number(port);
}

/** One probe; gives what went wrong. */
async function probed(target: ProbeTarget, probe: Probe): Promise<string | undefined> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1_000;
  const { dataPlane, from, podIp, container } = target;
  const { tcpSocket, httpGet, exec, grpc } = probe;
  if (exec !== undefined) return executed(target, exec.command ?? [], timeoutMs);
  if (httpGet !== undefined) {
    const port = portOf(container, httpGet.port);
    const scheme = (httpGet.scheme ?? 'HTTP').toLowerCase();
    const url = `${scheme}://${hostText(httpGet.host ?? podIp)}:${port}${httpGet.path ?? '/'}`;
    const status = await dataPlane.httpStatus(from, url, timeoutMs);
    if (status === undefined)
      return `Get "${url}": context deadline exceeded or connection refused`;
    return status >= 200 && status < 400
      ? undefined
      : `HTTP probe failed with statuscode: ${status}`;
  }
  const port = portOf(container, tcpSocket?.port ?? grpc?.port ?? 0);
  const host = tcpSocket?.host ?? podIp;
  const isOpen = await dataPlane.canConnect(from, host, port, timeoutMs);
  return isOpen
    ? undefined
    : `dial tcp ${hostText(host)}:${port}: connect: connection refused or timed out`;
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
