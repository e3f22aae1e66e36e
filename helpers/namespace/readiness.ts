/**
 * Waits for pods and says why they are not ready. Trouble of the stack (no node, no image, a prober that
 * crashes) is told apart from Kuryr's own part of the chain, which speaks about conformance.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { V1ContainerStateWaiting, V1Pod } from '@kubernetes/client-node';
import { type BudgetSpec, redact, StackError } from '#env';
import { deadlineIn } from '../deadline.ts';
import type { Cluster, Place } from '../cluster/cluster.ts';
import { describePod, isUp } from '../cluster/descriptions.ts';
import { progress } from '../progress.ts';

/** Pods did not become ready, and the stack around Kuryr is not to blame. */
export class PodNotReadyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PodNotReadyError';
  }
}

/** The pods that are waited for. */
export interface AwaitedPods {
  readonly namespace: string;
  readonly names: readonly string[];
}

const progressMs = 10_000;

/** Waits until all pods are ready; gives them in the order of their names. */
export async function untilReady(
  cluster: Cluster,
  { namespace, names }: AwaitedPods,
  budget: BudgetSpec,
): Promise<V1Pod[]> {
  const started = performance.now();
  let told = started;
  for (;;) {
    const all = await cluster.pods(namespace);
    const pods = names.map((name) => all.find(({ metadata }) => metadata?.name === name));
    const late = pods.findIndex((pod) => pod === undefined || !isUp(pod));
    if (late < 0) {
      return pods.filter((pod) => pod !== undefined);
    }
    await refuseTrouble(cluster, pods);
    const elapsedMs = performance.now() - started;
    if (elapsedMs > budget.withinMs) {
      throw await explained(
        cluster,
        { namespace, name: names[late] ?? '', pod: pods[late] },
        budget,
      );
    }
    if (performance.now() - told > progressMs) {
      told = performance.now();
      const ready = pods.filter((pod) => pod !== undefined && isUp(pod)).length;
      progress(
        `namespace ${namespace}: ${ready} of ${names.length} pods are ready after ${Math.round(elapsedMs / 1_000)} s; ` +
          `${names[late] ?? ''}: ${describePod(pods[late])}`,
      );
    }
    await pause(budget.everyMs);
  }
}

const imageTrouble = /^(ErrImage|ImagePull|InvalidImageName|CreateContainer|RunContainer)/;

async function refuseTrouble(
  cluster: Cluster,
  pods: readonly (V1Pod | undefined)[],
): Promise<void> {
  for (const pod of pods.filter((candidate) => candidate !== undefined)) {
    const state = pod.status?.containerStatuses?.[0]?.state;
    const place = placeOf(pod);
    const doing = `Starting pod "${place.namespace}/${place.name}"`;
    if (state?.waiting !== undefined) {
      refuseImageTrouble(doing, state.waiting);
    }
    if (state?.terminated !== undefined) {
      const log = await cluster.logsOf(place, { tailLines: 20 }).catch(() => 'no log');
      throw new StackError(
        'PROBER_ENDED',
        `${doing}: its prober ended with status ${state.terminated.exitCode}, saying "${redact(log.trim())}".`,
      );
    }
  }
}

function placeOf({ metadata }: V1Pod): Place {
  return { namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' };
}

function refuseImageTrouble(doing: string, waiting: V1ContainerStateWaiting): void {
  const { reason = '', message = 'no message' } = waiting;
  if (imageTrouble.test(reason)) {
    throw new StackError(
      'POD_NOT_STARTED',
      `${doing}: the kubelet found ${reason} (${redact(message)}). Check images and pullPolicy of the profile.`,
    );
  }
}

interface LatePod {
  readonly namespace: string;
  readonly name: string;
  readonly pod: V1Pod | undefined;
}

/** Follows the chain from the scheduler to the kubelet's probe and names its first broken link. */
async function explained(cluster: Cluster, late: LatePod, budget: BudgetSpec): Promise<Error> {
  const { namespace, name, pod } = late;
  const head = `pod ${namespace}/${name} was not ready within ${budget.withinMs / 1_000} s (budget "${budget.name}"): ${describePod(pod)}.`;
  const warnings = await warningsOf(cluster, late);
  const node = pod?.spec?.nodeName;
  if (node === undefined) {
    return new StackError(
      'POD_NOT_SCHEDULED',
      `Starting pods: ${head}${warnings} Check the nodes of the cluster.`,
    );
  }
  const fact = (await cluster.nodes()).find((candidate) => candidate.name === node);
  if (fact?.isReady !== true) {
    return new StackError(
      'NODE_NOT_READY',
      `Starting pods: ${head} Node "${node}" is not ready.${warnings}`,
    );
  }
  return new PodNotReadyError(`${head}\n  ${await linkOf(cluster, late)}${warnings}`);
}

async function linkOf(cluster: Cluster, { namespace, name, pod }: LatePod): Promise<string> {
  const deadline = deadlineIn(30_000);
  const port = await cluster.kuryrPortOf(namespace, name).read(deadline);
  if (port === undefined) {
    return "Kuryr's controller has made no KuryrPort for it.";
  }
  if (port.vif === undefined) {
    return `Kuryr's controller has made a KuryrPort for node "${port.nodeName}" but no Neutron port in it.`;
  }
  if (!port.vif.isActive) {
    return `Its Neutron port ${port.vif.portId} (${port.vif.kind}) is not active in KuryrPort.`;
  }
  if (pod?.status?.podIP === undefined) {
    return `Its Neutron port ${port.vif.portId} is active, but the CNI plugin has not connected it.`;
  }
  return `It is connected at ${pod.status.podIP}, but the kubelet of its node does not reach it.`;
}

async function warningsOf(cluster: Cluster, { namespace, name }: LatePod): Promise<string> {
  const events = await cluster.events(namespace, name);
  const texts = events
    .filter(({ type }) => type === 'Warning')
    .map(({ reason, message }) => `\n  ${reason ?? ''}: ${message ?? ''}`);
  return redact([...new Set(texts)].slice(-3).join(''));
}
