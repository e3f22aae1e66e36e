/**
 * Deployments, replica sets, daemon sets and jobs: what they are completed with and what is refused.
 */
import type { DaemonSet, Deployment, Job, KubeObject, PodSpec, ReplicaSet } from '../objects.ts';
import type { Problems } from '../status.ts';
import { selectorMatcher, selectorText } from '../store/selectors.ts';
import { ageColumn, ageOf, column, nameColumn, wideColumn } from './columns.ts';
import type { Strategy } from './kind.ts';
import { checkSelector, isSameSelector } from './policies.ts';
import { checkPodSpec } from './pod-validation.ts';
import { defaultPodSpec } from './pods.ts';
import { fill } from './usual.ts';

interface Templated extends KubeObject {
  spec: {
    replicas?: number;
    selector?: Deployment['spec']['selector'];
    template?: { metadata?: { labels?: Record<string, string> }; spec?: PodSpec };
  };
}

function defaultTemplate(object: KubeObject): void {
  const spec = (object as Templated).spec.template?.spec;
  if (spec !== undefined) defaultPodSpec(spec);
}

function validateTemplate(object: KubeObject, problems: Problems): void {
  const { replicas = 0, template } = (object as Templated).spec;
  if (replicas < 0) {
    problems.invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
  }
  validateSelector(object as Templated, problems);
  if (template?.spec === undefined) {
    problems.required('spec.template.spec.containers');
    return;
  }
  checkPodSpec(template.spec, 'spec.template.spec', problems);
  const { restartPolicy = 'Always' } = template.spec;
  if (restartPolicy !== 'Always') {
    problems.unsupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']);
  }
}

function validateSelector({ kind, spec }: Templated, problems: Problems): void {
  const { selector, template } = spec;
  if (selector === undefined) {
    problems.required('spec.selector');
    return;
  }
  checkSelector(selector, 'spec.selector', problems);
  const labels = template?.metadata?.labels ?? {};
  if (selectorText(selector) === '') {
    const text = `empty selector is invalid for ${kind.toLowerCase()}`;
    problems.invalid('spec.selector', selector, text);
  }
  if (!selectorMatcher(selector)(labels)) {
    const text = '`selector` does not match template `labels`';
    problems.invalid('spec.template.metadata.labels', labels, text);
  }
}

function validateSameSelector(object: KubeObject, before: KubeObject, problems: Problems): void {
  const [next, old] = [(object as Templated).spec.selector, (before as Templated).spec.selector];
  if (!isSameSelector(next, old)) problems.invalid('spec.selector', next, 'field is immutable');
}

const containerNames = ({ spec }: Templated): string =>
  (spec.template?.spec?.containers ?? []).map(({ name }) => name).join(',');
const images = ({ spec }: Templated): string =>
  (spec.template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(',');
const selectorOf = ({ spec }: Templated): string => selectorText(spec.selector);

const wide = [
  wideColumn('Containers', containerNames),
  wideColumn('Images', images),
  wideColumn('Selector', selectorOf),
];

export const deploymentStrategy: Strategy = {
  defaults: (object) => {
    const { spec } = object as Deployment;
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    spec.strategy ??= {};
    spec.strategy.type ??= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxSurge ??= '25%';
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    }
    defaultTemplate(object);
  },
  prepareCreate: (object) => {
    object.status = {};
  },
  validate: validateTemplate,
  validateUpdate: validateSameSelector,
  columns: [
    nameColumn,
    column(
      'Ready',
      ({ spec, status }: Deployment) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`,
    ),
    column('Up-to-date', ({ status }: Deployment) => status?.updatedReplicas ?? 0),
    column('Available', ({ status }: Deployment) => status?.availableReplicas ?? 0),
    ageColumn,
    ...wide,
  ],
};

export const replicaSetStrategy: Strategy = {
  defaults: (object) => {
    (object as ReplicaSet).spec.replicas ??= 1;
    defaultTemplate(object);
  },
  prepareCreate: (object) => {
    object.status = { replicas: 0 };
  },
  validate: validateTemplate,
  validateUpdate: validateSameSelector,
  columns: [
    nameColumn,
    column('Desired', ({ spec }: ReplicaSet) => spec.replicas ?? 1),
    column('Current', ({ status }: ReplicaSet) => status?.replicas ?? 0),
    column('Ready', ({ status }: ReplicaSet) => status?.readyReplicas ?? 0),
    ageColumn,
    ...wide,
  ],
};

export const daemonSetStrategy: Strategy = {
  defaults: (object) => {
    const { spec } = object as DaemonSet;
    spec.revisionHistoryLimit ??= 10;
    spec.updateStrategy ??= { type: 'RollingUpdate' };
    defaultTemplate(object);
  },
  prepareCreate: (object) => {
    object.status = {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    };
  },
  validate: validateTemplate,
  validateUpdate: validateSameSelector,
  columns: [
    nameColumn,
    column('Desired', ({ status }: DaemonSet) => status?.desiredNumberScheduled ?? 0),
    column('Current', ({ status }: DaemonSet) => status?.currentNumberScheduled ?? 0),
    column('Ready', ({ status }: DaemonSet) => status?.numberReady ?? 0),
    column('Up-to-date', ({ status }: DaemonSet) => status?.updatedNumberScheduled ?? 0),
    column('Available', ({ status }: DaemonSet) => status?.numberAvailable ?? 0),
    ageColumn,
    ...wide,
  ],
};

const jobLabels = ['batch.kubernetes.io/controller-uid', 'controller-uid'];
const jobNameLabels = ['batch.kubernetes.io/job-name', 'job-name'];

function prepareJob(object: KubeObject): void {
  const job = object as Job;
  job.status = {};
  fill(job.spec, { template: {} });
  if (job.spec.manualSelector === true) return;
  const { uid, name } = job.metadata;
  const marks = Object.fromEntries([
    ...jobLabels.map((key) => [key, uid]),
    ...jobNameLabels.map((key) => [key, name]),
  ]) as Record<string, string>;
  const metadata = job.spec.template.metadata ?? {};
  job.spec.template.metadata = { ...metadata, labels: { ...metadata.labels, ...marks } };
  job.spec.selector ??= { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
}

function validateJob(object: KubeObject, problems: Problems): void {
  const { spec } = object as Job;
  if (spec.template.spec === undefined) {
    problems.required('spec.template.spec');
    return;
  }
  checkPodSpec(spec.template.spec, 'spec.template.spec', problems);
  const policy = spec.template.spec.restartPolicy ?? '';
  if (!['Never', 'OnFailure'].includes(policy)) {
    const supported = ['OnFailure', 'Never'];
    problems.unsupported('spec.template.spec.restartPolicy', policy, supported);
  }
}

function durationOf({ status }: Job): string | undefined {
  if (status?.startTime === undefined) return undefined;
  const end = status.completionTime === undefined ? Date.now() : Date.parse(status.completionTime);
  return ageOf(new Date(Date.now() - (end - Date.parse(status.startTime))).toISOString());
}

export const jobStrategy: Strategy = {
  defaults: (object) => {
    const { spec } = object as Job;
    spec.completions ??= 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= 6;
    spec.completionMode ??= 'NonIndexed';
    spec.suspend ??= false;
    defaultTemplate(object);
  },
  prepareCreate: prepareJob,
  validate: validateJob,
  columns: [
    nameColumn,
    column(
      'Completions',
      ({ spec, status }: Job) => `${status?.succeeded ?? 0}/${spec.completions ?? 1}`,
    ),
    column('Duration', durationOf),
    ageColumn,
  ],
};
