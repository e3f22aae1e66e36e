/**
 * Short texts about Kubernetes objects, for progress lines, failure messages and evidence.
 */
import type { CoreV1Event, V1ContainerStatus, V1Pod, V1PodStatus } from '@kubernetes/client-node';

/** One line about an event. */
export function describeEvent(event: CoreV1Event): string {
  const { kind = '', name = '' } = event.involvedObject;
  const count = event.count ?? 1;
  const times = count > 1 ? ` (${count} times)` : '';
  const about = `${event.type ?? ''} ${kind}/${name} ${event.reason ?? ''}`;
  return `${timeOf(event)} ${about}: ${event.message ?? ''}${times}`;
}

function timeOf(event: CoreV1Event): string {
  const moment = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return moment === undefined ? 'no time' : new Date(moment).toISOString();
}

/** A few words about one of Kuryr's resources. */
export function describeResource(view: object | undefined): string {
  if (view === undefined) {
    return 'not there';
  }
  return 'isBeingDeleted' in view && view.isBeingDeleted === true ? 'being deleted' : 'there';
}

/** Tells whether a pod is ready. */
export function isReady(pod: V1Pod): boolean {
  return (pod.status?.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );
}

/** Tells whether a pod is ready, or would be but for a gate that somebody has to open. */
export function isUp(pod: V1Pod): boolean {
  const isGated = (pod.spec?.readinessGates ?? []).length > 0;
  const areReady = (pod.status?.conditions ?? []).some(
    ({ type, status }) => type === 'ContainersReady' && status === 'True',
  );
  return isReady(pod) || (isGated && areReady && pod.status?.podIP !== undefined);
}

/** The reasons of Kuryr's events, each once, sorted. */
export function kuryrReasons(events: readonly CoreV1Event[]): string[] {
  const reasons = events
    .filter(({ source }) => source?.component?.startsWith('kuryr') === true)
    .map(({ reason = '' }) => reason);
  return [...new Set(reasons)].sort();
}

/** A few words about what a pod is waiting for. */
export function describePod(pod: V1Pod | undefined): string {
  if (pod === undefined) {
    return 'not there';
  }
  const status: Partial<V1PodStatus> = pod.status ?? {};
  if (isReady(pod)) {
    return `ready at ${status.podIP ?? 'no address'}`;
  }
  const where = whyUnscheduled(status) ?? `${status.phase ?? 'no phase'} on node ${nodeOf(pod)}`;
  return [where, ...(status.containerStatuses ?? []).map(describeContainer)].join(', ');
}

function nodeOf(pod: V1Pod): string {
  return pod.spec?.nodeName ?? '?';
}

function whyUnscheduled(status: Partial<V1PodStatus>): string | undefined {
  const condition = status.conditions?.find(
    ({ type, status: holds }) => type === 'PodScheduled' && holds === 'False',
  );
  return condition && `not scheduled: ${condition.message ?? 'no reason given'}`;
}

function describeContainer({ state }: V1ContainerStatus): string {
  if (state?.waiting !== undefined) {
    const { reason = 'waiting', message } = state.waiting;
    return message === undefined ? reason : `${reason}: ${message}`;
  }
  if (state?.terminated !== undefined) {
    const { exitCode, reason = 'no reason given' } = state.terminated;
    return `ended with status ${exitCode} (${reason})`;
  }
  return 'running but not ready';
}
