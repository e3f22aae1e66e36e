/**
 * Pods: what a specification is completed with, what may change in it, and how a pod is shown.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Container, KubeObject, Pod, PodSpec } from '../objects.ts';
import type { Problems } from '../status.ts';
import { ageColumn, ageOf, column, nameColumn, wideColumn } from './columns.ts';
import type { Strategy } from './kind.ts';
import { checkPodSpec } from './pod-validation.ts';
import { fill } from './usual.ts';

/** Fills the usual values into a pod specification. */
export function defaultPodSpec(spec: PodSpec): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    containers: [],
  });
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    defaultContainer(container, spec.hostNetwork === true);
  }
  const mode = { defaultMode: 0o644 };
  for (const volume of spec.volumes ?? []) {
    fill(volume.configMap, mode);
    fill(volume.secret, mode);
    fill(volume.projected, mode);
    fill(volume.downwardAPI, mode);
    if (Object.keys(volume).length === 1) volume.emptyDir = {};
  }
}

function defaultContainer(container: Container, isOnHost: boolean): void {
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: isLatest(container.image) ? 'Always' : 'IfNotPresent',
    resources: {},
  });
  for (const port of container.ports ?? []) {
    fill(port, { protocol: 'TCP', ...(isOnHost ? { hostPort: port.containerPort } : {}) });
  }
  for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
    fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    fill(probe?.httpGet, { path: '/', scheme: 'HTTP' });
  }
  for (const { valueFrom } of container.env ?? []) fill(valueFrom?.fieldRef, { apiVersion: 'v1' });
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

/** The word for a pod's state that `kubectl get` shows. */
function shownStatus({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const states = (status?.containerStatuses ?? []).map(({ state }) => state);
  const reasons = [
    ...states.map((state) => state?.waiting?.reason),
    ...states.map((state) => state?.terminated?.reason),
    status?.reason,
    status?.phase,
  ];
  return reasons.find((reason) => reason !== undefined) ?? 'Unknown';
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
    (list ?? []).map((container) => ({ ...container, image: '' }));
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

const specFields = ['nodeName', 'restartPolicy', 'schedulerName', 'serviceAccountName'] as const;
const statusFields = ['phase', 'podIP', 'nominatedNodeName'] as const;

function podFields(object: KubeObject): Record<string, string> {
  const { spec, status } = object as Pod;
  return Object.fromEntries([
    ...specFields.map((field) => [`spec.${field}`, spec[field] ?? '']),
    ...statusFields.map((field) => [`status.${field}`, status?.[field] ?? '']),
    ['spec.hostNetwork', String(spec.hostNetwork ?? false)],
  ]) as Record<string, string>;
}

export const podStrategy: Strategy = {
  defaults,
  prepareCreate,
  validate: (object, problems) => {
    checkPodSpec((object as Pod).spec, 'spec', problems);
  },
  validateUpdate,
  fields: podFields,
  columns: [
    nameColumn,
    column('Ready', readyCount),
    column('Status', shownStatus),
    column('Restarts', restartsOf),
    ageColumn,
    wideColumn('IP', ({ status }: Pod) => status?.podIP),
    wideColumn('Node', ({ spec }: Pod) => spec.nodeName),
    wideColumn('Nominated Node', ({ status }: Pod) => status?.nominatedNodeName),
    wideColumn('Readiness Gates', () => undefined),
  ],
};
