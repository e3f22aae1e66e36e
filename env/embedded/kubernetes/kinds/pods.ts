/**
 * Pods: what a specification is completed with, what may change in it, and how a pod is shown.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Container, KubeObject, Pod, PodSpec, Probe } from '../objects.ts';
import type { Problems } from '../status.ts';
import { ageColumn, ageOf, column, nameColumn, wideColumn } from './columns.ts';
import type { Strategy } from './kind.ts';
import { checkPodSpec } from './pod-validation.ts';

/** Fills the usual values into a pod specification. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.schedulerName ??= 'default-scheduler';
  spec.securityContext ??= {};
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    defaultContainer(container, spec);
  }
  for (const volume of spec.volumes ?? []) {
    if (volume.configMap !== undefined) volume.configMap.defaultMode ??= 0o644;
    if (volume.secret !== undefined) volume.secret.defaultMode ??= 0o644;
    if (volume.projected !== undefined) volume.projected.defaultMode ??= 0o644;
    if (volume.downwardAPI !== undefined) volume.downwardAPI.defaultMode ??= 0o644;
    if (Object.keys(volume).length === 1) volume.emptyDir = {};
  }
}

function defaultContainer(container: Container, spec: PodSpec): void {
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  container.imagePullPolicy ??= isLatest(container.image) ? 'Always' : 'IfNotPresent';
  container.resources ??= {};
  for (const port of container.ports ?? []) {
    port.protocol ??= 'TCP';
    if (spec.hostNetwork === true) port.hostPort ??= port.containerPort;
  }
  for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
    if (probe !== undefined) defaultProbe(probe);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef !== undefined) valueFrom.fieldRef.apiVersion ??= 'v1';
  }
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  if (probe.httpGet !== undefined) {
    probe.httpGet.path ??= '/';
    probe.httpGet.scheme ??= 'HTTP';
  }
}

function isLatest(image = ''): boolean {
  const name = image.split('/').at(-1) ?? '';
  return !image.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
}

function qosOf(spec: PodSpec): string {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const isEmpty = (list: object | undefined): boolean => Object.keys(list ?? {}).length === 0;
  const asked = all.map(({ resources }) => resources);
  if (asked.every((one) => isEmpty(one?.limits) && isEmpty(one?.requests))) return 'BestEffort';
  const isGuaranteed = asked.every(
    (one) =>
      one?.limits?.['cpu'] !== undefined &&
      one.limits['memory'] !== undefined &&
      (one.requests === undefined || isDeepStrictEqual(one.requests, one.limits)),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function isPodConditionTrue(pod: Pod, type: string): boolean {
  return (pod.status?.conditions ?? []).some(
    (condition) => condition.type === type && condition.status === 'True',
  );
}

/** Tells whether a pod takes traffic. */
export function isPodReady(pod: Pod): boolean {
  return isPodConditionTrue(pod, 'Ready');
}

function shownStatus(pod: Pod): string {
  const statuses = pod.status?.containerStatuses ?? [];
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const waiting = statuses.find(({ state }) => state?.waiting?.reason !== undefined);
  if (waiting !== undefined) return waiting.state?.waiting?.reason ?? '';
  const ended = statuses.find(({ state }) => state?.terminated?.reason !== undefined);
  if (ended !== undefined) return ended.state?.terminated?.reason ?? '';
  return pod.status?.reason ?? pod.status?.phase ?? 'Unknown';
}

function restartsOf({ status }: Pod): string {
  const statuses = status?.containerStatuses ?? [];
  const count = statuses.reduce((sum, each) => sum + each.restartCount, 0);
  const last = statuses
    .map(({ lastState }) => lastState?.terminated?.finishedAt)
    .sort()
    .at(-1);
  return count === 0 || last === undefined ? String(count) : `${count} (${ageOf(last)} ago)`;
}

function readyCount({ spec, status }: Pod): string {
  const ready = (status?.containerStatuses ?? []).filter((each) => each.ready).length;
  return `${ready}/${spec.containers.length}`;
}

function defaults(object: KubeObject): void {
  defaultPodSpec((object as Pod).spec);
}

function prepareCreate(object: KubeObject): void {
  const pod = object as Pod;
  pod.status = { phase: 'Pending', qosClass: qosOf(pod.spec) };
}

const immutableText =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function frozen(spec: PodSpec): object {
  const withoutImages = (list: PodSpec['containers'] | undefined): object[] =>
    (list ?? []).map(({ image: _image, ...rest }) => rest);
  const { containers, initContainers, ...rest } = structuredClone(spec);
  delete rest.activeDeadlineSeconds;
  delete rest.tolerations;
  delete rest.terminationGracePeriodSeconds;
  return { ...rest, containers: withoutImages(containers), init: withoutImages(initContainers) };
}

function validateUpdate(object: KubeObject, before: KubeObject, problems: Problems): void {
  if (!isDeepStrictEqual(frozen((object as Pod).spec), frozen((before as Pod).spec))) {
    problems.forbidden('spec', immutableText);
  }
}

export const podStrategy: Strategy = {
  defaults,
  prepareCreate,
  validate: (object, problems) => {
    checkPodSpec((object as Pod).spec, 'spec', problems);
  },
  validateUpdate,
  fields: (object) => {
    const { spec, status } = object as Pod;
    return {
      'spec.nodeName': spec.nodeName ?? '',
      'spec.restartPolicy': spec.restartPolicy ?? '',
      'spec.schedulerName': spec.schedulerName ?? '',
      'spec.serviceAccountName': spec.serviceAccountName ?? '',
      'spec.hostNetwork': String(spec.hostNetwork ?? false),
      'status.phase': status?.phase ?? '',
      'status.podIP': status?.podIP ?? '',
      'status.nominatedNodeName': status?.nominatedNodeName ?? '',
    };
  },
  columns: [
    nameColumn,
    column<Pod>('Ready', readyCount),
    column<Pod>('Status', shownStatus),
    column<Pod>('Restarts', restartsOf),
    ageColumn,
    wideColumn<Pod>('IP', ({ status }) => status?.podIP),
    wideColumn<Pod>('Node', ({ spec }) => spec.nodeName),
    wideColumn<Pod>('Nominated Node', ({ status }) => status?.nominatedNodeName),
    wideColumn<Pod>('Readiness Gates', () => undefined),
  ],
};
