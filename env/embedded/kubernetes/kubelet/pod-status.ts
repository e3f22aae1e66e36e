/**
 * The status of a pod from the states of its containers.
 */
import { type ContainerStatus, moment, type Pod, type PodStatus } from '../objects.ts';

/** What the status is made from. */
export interface PodFacts {
  readonly pod: Pod;
  readonly hostIp: string;
  readonly podIps: readonly string[];
  readonly init: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  readonly isInitialized: boolean;
}

type Condition = NonNullable<PodStatus['conditions']>[number];

/** The phase that the containers of a pod make. */
export function phaseOf({ pod, init, containers }: Omit<PodFacts, 'hostIp' | 'podIps'>): string {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const codes = containers.map(({ state }) => state?.terminated?.exitCode);
  const initCodes = init.map(({ state }) => state?.terminated?.exitCode);
  if (policy === 'Never' && initCodes.some((code) => code !== undefined && code !== 0)) {
    return 'Failed';
  }
  const haveAllEnded = codes.length > 0 && codes.every((code) => code !== undefined);
  if (haveAllEnded && policy !== 'Always') {
    if (codes.every((code) => code === 0)) return 'Succeeded';
    if (policy === 'Never') return 'Failed';
  }
  const hasRun = containers.some(
    ({ state, lastState, restartCount }) =>
      state?.running !== undefined ||
      state?.terminated !== undefined ||
      lastState?.terminated !== undefined ||
      restartCount > 0,
  );
  return hasRun ? 'Running' : 'Pending';
}

/** Makes the status of a pod, with the moments of conditions that did not change. */
export function statusOf(facts: PodFacts): PodStatus {
  const { pod, hostIp, podIps, init, containers } = facts;
  const { qosClass, startTime = moment() } = pod.status ?? {};
  const phase = phaseOf(facts);
  const [podIP] = podIps;
  return {
    phase,
    conditions: [
      ...conditionsOf(facts, phase).map((next) => keptMoment(next, pod)),
      ...foreignConditions(pod),
    ],
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(podIP === undefined ? {} : { podIP, podIPs: podIps.map((ip) => ({ ip })) }),
    startTime,
    ...(init.length === 0 ? {} : { initContainerStatuses: [...init] }),
    containerStatuses: [...containers],
    ...(qosClass === undefined ? {} : { qosClass }),
  };
}

const endReasons: Readonly<Record<string, string>> = {
  Succeeded: 'PodCompleted',
  Failed: 'PodFailed',
};

const ownConditions = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

/** What others have written into the status, such as what a gate waits for. */
function foreignConditions({ status }: Pod): Condition[] {
  return (status?.conditions ?? []).filter(({ type }) => !ownConditions.includes(type));
}

/** The gates of a pod that are open, as a text to compare. */
export function gatesOf({ spec, status }: Pod): string {
  return (spec.readinessGates ?? [])
    .filter(({ conditionType }) =>
      (status?.conditions ?? []).some(
        ({ type, status: holds }) => type === conditionType && holds === 'True',
      ),
    )
    .map(({ conditionType }) => conditionType)
    .join();
}

/** Why a gate keeps a pod from being ready; undefined when none does. */
function closedGate(pod: Pod): { reason: string; message: string } | undefined {
  const open = gatesOf(pod).split(',');
  const closed = (pod.spec.readinessGates ?? []).find(
    ({ conditionType }) => !open.includes(conditionType),
  );
  return closed === undefined
    ? undefined
    : {
        reason: 'ReadinessGatesNotReady',
        message: `corresponding condition of pod readiness gate "${closed.conditionType}" does not exist or is not "True"`,
      };
}

function conditionsOf(facts: PodFacts, phase: string): Condition[] {
  const { pod, init, containers, isInitialized } = facts;
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const message = `containers with unready status: [${unready.join(' ')}]`;
  const end = endReasons[phase];
  const why = end === undefined ? { reason: 'ContainersNotReady', message } : { reason: end };
  const isReady = unready.length === 0 && isInitialized && end === undefined;
  const gate = closedGate(pod);
  return [
    condition('Initialized', isInitialized, {
      reason: 'ContainersNotInitialized',
      message: `containers with incomplete status: [${init.map(({ name }) => name).join(' ')}]`,
    }),
    condition('Ready', isReady && gate === undefined, isReady ? (gate ?? {}) : why),
    condition('ContainersReady', isReady, why),
    condition('PodScheduled', true, {}),
  ];
}

function condition(
  type: string,
  isTrue: boolean,
  why: { readonly reason?: string; readonly message?: string },
): Condition {
  const status = isTrue ? 'True' : 'False';
  return { type, status, lastTransitionTime: moment(), ...(isTrue ? {} : why) };
}

function keptMoment(next: Condition, { status }: Pod): Condition {
  const old = status?.conditions?.find(({ type }) => type === next.type);
  const isSame = old?.status === next.status && old.lastTransitionTime !== undefined;
  return isSame ? { ...next, lastTransitionTime: old.lastTransitionTime ?? '' } : next;
}
