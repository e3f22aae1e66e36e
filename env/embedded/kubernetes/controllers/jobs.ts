/**
 * Runs jobs: pods until enough have succeeded or too many have failed. Indexed completion and pod failure
 * policies are not known.
 */
import { type Job, moment, type Pod } from '../objects.ts';
import { isPodReady } from '../kinds/pods.ts';
import type { Api } from '../api/verbs.ts';
import { Recorder } from './events.ts';
import { type Ground, Loop, placeOf } from './loop.ts';
import { controllerKeys, isActive, makePod, ownedBy } from './owned.ts';

/** Runs the controller of jobs. */
export function startJobs(ground: Ground): void {
  const { api } = ground;
  const kind = api.kind('batch/v1', 'Job');
  const recorder = new Recorder(ground, 'job-controller');
  const loop: Loop = new Loop(ground, 'jobs', (key) => {
    const job = api.find(kind, placeOf(key)) as Job | undefined;
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
    if (isFinished(job)) {
      expire(ground, job, () => {
        loop.addAfter(key, 1_000);
      });
      return;
    }
    run(ground, job, recorder);
  });
  loop
    .follow(kind)
    .follow(api.kind('v1', 'Pod'), (object, previous) => controllerKeys('Job', object, previous));
}

type Condition = NonNullable<NonNullable<Job['status']>['conditions']>[number];

function isFinished({ status }: Job): boolean {
  return (status?.conditions ?? []).some(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  );
}

function expire({ api }: Ground, { metadata, spec, status }: Job, later: () => void): void {
  const seconds = spec.ttlSecondsAfterFinished;
  if (seconds === undefined) return;
  const at = status?.conditions?.at(-1)?.lastTransitionTime ?? moment();
  if (Date.now() - Date.parse(at) < seconds * 1_000) later();
  else api.remove(api.kind('batch/v1', 'Job'), metadata, { propagationPolicy: 'Background' });
}

interface Tally {
  readonly succeeded: number;
  readonly failed: number;
  readonly ended: 'Complete' | 'Failed' | undefined;
}

function tallyOf({ spec }: Job, pods: readonly Pod[]): Tally {
  const count = (phase: string): number =>
    pods.filter(({ status }) => status?.phase === phase).length;
  const [succeeded, failed] = [count('Succeeded'), count('Failed')];
  const isFailed = failed > (spec.backoffLimit ?? 6);
  const isComplete = succeeded >= (spec.completions ?? 1);
  return { succeeded, failed, ended: isComplete ? 'Complete' : isFailed ? 'Failed' : undefined };
}

function run({ api }: Ground, job: Job, recorder: Recorder): void {
  const pods = ownedBy<Pod>(api, ['v1', 'Pod'], job);
  const active = pods.filter(isActive);
  const tally = tallyOf(job, pods);
  if (tally.ended !== undefined || job.spec.suspend === true) {
    for (const { metadata } of active) api.remove(api.kind('v1', 'Pod'), metadata);
  } else {
    const most = Math.min(job.spec.parallelism ?? 1, (job.spec.completions ?? 1) - tally.succeeded);
    for (let index = active.length; index < most; index += 1) {
      makePod(api, job, { template: job.spec.template });
    }
  }
  report(api, job, tally);
  if (tally.ended === 'Complete') {
    recorder.note(job, { reason: 'Completed', message: 'Job completed' });
  } else if (tally.ended === 'Failed') {
    const message = 'Job has reached the specified backoff limit';
    recorder.note(job, { type: 'Warning', reason: 'BackoffLimitExceeded', message });
  }
}

function report(api: Api, job: Job, { succeeded, failed, ended }: Tally): void {
  const now = ownedBy<Pod>(api, ['v1', 'Pod'], job).filter(isActive);
  api.change<Job>(api.kind('batch/v1', 'Job'), job.metadata, (draft) => {
    const { startTime = moment() } = draft.status ?? {};
    draft.status = {
      startTime,
      ...(now.length === 0 ? {} : { active: now.length }),
      ready: now.filter(isPodReady).length,
      ...(succeeded === 0 ? {} : { succeeded }),
      ...(failed === 0 ? {} : { failed }),
      uncountedTerminatedPods: {},
      ...(ended === 'Complete' ? { completionTime: moment() } : {}),
      ...(ended === undefined ? {} : { conditions: [conditionOf(ended)] }),
    };
  });
}

function conditionOf(type: string): Condition {
  const at = moment();
  return {
    type,
    status: 'True',
    lastProbeTime: at,
    lastTransitionTime: at,
    ...(type === 'Failed'
      ? {
          reason: 'BackoffLimitExceeded',
          message: 'Job has reached the specified backoff limit',
        }
      : {}),
  };
}
