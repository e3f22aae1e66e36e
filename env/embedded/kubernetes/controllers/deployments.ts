/**
 * Rolls deployments out: one replica set for each template, the new one up and the old ones down within
 * the limits of the strategy. Paused deployments and rollbacks by revision are left alone.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Deployment, moment, type ReplicaSet } from '../objects.ts';
import { Recorder } from './events.ts';
import { type Ground, Loop, placeOf } from './loop.ts';
import { controllerKeys, ownedBy, ownerOf, type Template } from './owned.ts';

const hashLabel = 'pod-template-hash';
const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** Runs the controller of deployments. */
export function startDeployments(ground: Ground): void {
  const { api } = ground;
  const kind = api.kind('apps/v1', 'Deployment');
  const recorder = new Recorder(ground, 'deployment-controller');
  new Loop(ground, 'deployments', (key) => {
    const deployment = api.find(kind, placeOf(key)) as Deployment | undefined;
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
    const sets = ownedBy<ReplicaSet>(api, ['apps/v1', 'ReplicaSet'], deployment);
    if (deployment.spec.paused !== true) roll(ground, deployment, { sets, recorder });
    report(ground, deployment);
  })
    .follow(kind)
    .follow(api.kind('apps/v1', 'ReplicaSet'), (object, previous) =>
      controllerKeys('Deployment', object, previous),
    );
}

interface Rollout {
  readonly sets: readonly ReplicaSet[];
  readonly recorder: Recorder;
}

function withoutHash(template: Template | undefined): Template {
  const copy = structuredClone(template ?? {});
  Reflect.deleteProperty(copy.metadata?.labels ?? {}, hashLabel);
  return copy;
}

const isFor = (deployment: Deployment, set: ReplicaSet): boolean =>
  isDeepStrictEqual(withoutHash(set.spec.template), withoutHash(deployment.spec.template));

const revisionOf = ({ metadata }: ReplicaSet): number =>
  Number(metadata.annotations?.[revisionAnnotation] ?? 0);

function roll(ground: Ground, deployment: Deployment, { sets, recorder }: Rollout): void {
  const wanted = deployment.spec.replicas ?? 1;
  const fresh = sets.find((set) => isFor(deployment, set)) ?? newSet(ground, deployment, sets);
  const others = sets.filter(({ metadata }) => metadata.uid !== fresh.metadata.uid);
  const old = others.filter(({ spec }) => (spec.replicas ?? 0) > 0);
  const scale = (set: ReplicaSet, replicas: number): void => {
    const before = set.spec.replicas ?? 0;
    if (before === replicas) return;
    ground.api.change<ReplicaSet>(
      ground.api.kind('apps/v1', 'ReplicaSet'),
      set.metadata,
      (draft) => {
        draft.spec.replicas = replicas;
      },
    );
    const [word, way] = before < replicas ? ['up', 'to'] : ['down', 'to'];
    const message = `Scaled ${word} replica set ${set.metadata.name} ${way} ${replicas} from ${before}`;
    recorder.note(deployment, { reason: 'ScalingReplicaSet', message });
  };
  if (old.length === 0) {
    scale(fresh, wanted);
    return;
  }
  if (deployment.spec.strategy?.type === 'Recreate') {
    for (const set of old) scale(set, 0);
    const left = others.some(({ status }) => (status?.replicas ?? 0) > 0);
    if (!left) scale(fresh, wanted);
    return;
  }
  rollSlowly(deployment, { fresh, old, scale });
}

interface Step {
  readonly fresh: ReplicaSet;
  readonly old: readonly ReplicaSet[];
  readonly scale: (set: ReplicaSet, replicas: number) => void;
}

function rollSlowly(deployment: Deployment, { fresh, old, scale }: Step): void {
  const wanted = deployment.spec.replicas ?? 1;
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = shareOf(maxSurge, wanted, Math.ceil);
  const spare = shareOf(maxUnavailable, wanted, Math.floor);
  const missing = surge === 0 && spare === 0 ? 1 : spare;
  const all = [fresh, ...old];
  const room = Math.max(0, wanted + surge - sumOf(all.map(replicasOf)));
  scale(fresh, Math.min(wanted, replicasOf(fresh) + room));
  let droppable = Math.max(0, sumOf(all.map(availableOf)) - (wanted - missing));
  for (const set of old) {
    const count = replicasOf(set);
    const broken = Math.max(0, count - availableOf(set));
    const drop = Math.min(count, broken + droppable);
    droppable -= Math.max(0, drop - broken);
    scale(set, count - drop);
  }
}

const replicasOf = ({ spec }: ReplicaSet): number => spec.replicas ?? 0;
const availableOf = ({ status }: ReplicaSet): number => status?.availableReplicas ?? 0;
const sumOf = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);

function shareOf(
  share: string | number | undefined,
  whole: number,
  round: (value: number) => number,
): number {
  if (typeof share === 'number') return share;
  return round((whole * Number((share ?? '25%').replace('%', ''))) / 100);
}

function newSet({ api }: Ground, deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet {
  const template = structuredClone(deployment.spec.template);
  const digest = createHash('sha256').update(JSON.stringify(template)).digest('hex');
  const hash = digest.slice(0, 10);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const revision = Math.max(0, ...sets.map(revisionOf)) + 1;
  const made = api.create(api.kind('apps/v1', 'ReplicaSet'), {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: { [revisionAnnotation]: String(revision) },
      ownerReferences: [ownerOf(deployment)],
    },
    spec: {
      replicas: 0,
      selector: {
        ...deployment.spec.selector,
        matchLabels: { ...deployment.spec.selector.matchLabels, [hashLabel]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  });
  api.change(api.kind('apps/v1', 'Deployment'), deployment.metadata, ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, [revisionAnnotation]: String(revision) };
  });
  return made as ReplicaSet;
}

type Status = NonNullable<Deployment['status']>;
type Condition = NonNullable<Status['conditions']>[number];

function report({ api }: Ground, { metadata }: Deployment): void {
  const kind = api.kind('apps/v1', 'Deployment');
  const deployment = api.find(kind, metadata) as Deployment | undefined;
  if (deployment === undefined) return;
  const sets = ownedBy<ReplicaSet>(api, ['apps/v1', 'ReplicaSet'], deployment);
  const fresh = sets.find((set) => isFor(deployment, set));
  const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
    sets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);
  const wanted = deployment.spec.replicas ?? 1;
  const [replicas, ready, available] = [
    sum('replicas'),
    sum('readyReplicas'),
    sum('availableReplicas'),
  ];
  const updated = fresh?.status?.replicas ?? 0;
  const isDone = updated === wanted && replicas === wanted && available === wanted;
  const spare = shareOf(
    deployment.spec.strategy?.rollingUpdate?.maxUnavailable,
    wanted,
    Math.floor,
  );
  api.change<Deployment>(kind, metadata, (draft) => {
    draft.status = {
      observedGeneration: draft.metadata.generation ?? 1,
      ...(replicas === 0 ? {} : { replicas }),
      ...(updated === 0 ? {} : { updatedReplicas: updated }),
      ...(ready === 0 ? {} : { readyReplicas: ready }),
      ...(available === 0 ? {} : { availableReplicas: available }),
      ...(wanted > available ? { unavailableReplicas: wanted - available } : {}),
      conditions: conditionsOf(draft, {
        isAvailable: available >= wanted - spare,
        isDone,
        name: fresh?.metadata.name ?? '',
      }),
    };
  });
}

interface State {
  readonly isAvailable: boolean;
  readonly isDone: boolean;
  readonly name: string;
}

function conditionsOf({ status }: Deployment, { isAvailable, isDone, name }: State): Condition[] {
  const at = moment();
  const wanted: Condition[] = [
    {
      type: 'Available',
      status: isAvailable ? 'True' : 'False',
      reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
    },
    {
      type: 'Progressing',
      status: 'True',
      reason: isDone ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
      message: `ReplicaSet "${name}" ${isDone ? 'has successfully progressed' : 'is progressing'}.`,
    },
  ];
  return wanted.map((next) => {
    const old = status?.conditions?.find(({ type }) => type === next.type);
    if (old?.status === next.status && old.reason === next.reason) return old;
    return { ...next, lastUpdateTime: at, lastTransitionTime: at };
  });
}
