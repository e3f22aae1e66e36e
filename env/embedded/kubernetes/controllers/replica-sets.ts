/**
 * Keeps as many pods as a replica set asks for.
 */
import type { Pod, ReplicaSet } from '../objects.ts';
import { isPodReady } from '../kinds/pods.ts';
import { selectorMatcher } from '../store/selectors.ts';
import { Recorder } from './events.ts';
import { type Ground, Loop, placeOf } from './loop.ts';
import { controllerKeys, controllerOf, isActive, makePod, ownedBy, ownerOf } from './owned.ts';
import { tableOf } from '../kinds/kind.ts';

/** Runs the controller of replica sets. */
export function startReplicaSets(ground: Ground): void {
  const { api } = ground;
  const kind = api.kind('apps/v1', 'ReplicaSet');
  const recorder = new Recorder(ground, 'replicaset-controller');
  new Loop(ground, 'replica sets', (key) => {
    const set = api.find(kind, placeOf(key)) as ReplicaSet | undefined;
    if (set?.metadata.deletionTimestamp !== undefined || set === undefined) return;
    adopt(ground, set);
    const pods = ownedBy<Pod>(api, ['v1', 'Pod'], set).filter(isActive);
    const wanted = set.spec.replicas ?? 1;
    for (let count = pods.length; count < wanted; count += 1) {
      if (!made(ground, set, recorder)) break;
    }
    for (const pod of superfluous(pods, pods.length - wanted)) {
      api.remove(api.kind('v1', 'Pod'), pod.metadata);
    }
    report(ground, set);
  })
    .follow(kind)
    .follow(api.kind('v1', 'Pod'), (object, previous) =>
      controllerKeys('ReplicaSet', object, previous),
    );
}

function made({ api }: Ground, set: ReplicaSet, recorder: Recorder): boolean {
  try {
    makePod(api, set, { template: set.spec.template ?? {} });
    return true;
  } catch (error) {
    const message = `Error creating: ${(error as Error).message}`;
    recorder.note(set, { type: 'Warning', reason: 'FailedCreate', message });
    throw error;
  }
}

/** Pods that fit and that nobody owns become the set's own. */
function adopt({ api }: Ground, set: ReplicaSet): void {
  const matches = selectorMatcher(set.spec.selector);
  const pods = api.kind('v1', 'Pod');
  for (const object of api.store.each(tableOf(pods), set.metadata.namespace)) {
    const isFree = controllerOf(object) === undefined && isActive(object as Pod);
    if (isFree && matches(object.metadata.labels ?? {})) {
      api.change(pods, object.metadata, ({ metadata }) => {
        metadata.ownerReferences = [...(metadata.ownerReferences ?? []), ownerOf(set)];
      });
    }
  }
}

/** Pods that are not ready go first, then the youngest. */
function superfluous(pods: Pod[], count: number): Pod[] {
  if (count <= 0) return [];
  return [...pods]
    .sort(
      (a, b) =>
        Number(isPodReady(a)) - Number(isPodReady(b)) ||
        b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
    )
    .slice(0, count);
}

function report({ api }: Ground, { metadata }: ReplicaSet): void {
  const kind = api.kind('apps/v1', 'ReplicaSet');
  const set = api.find(kind, metadata);
  if (set === undefined) return;
  const pods = ownedBy<Pod>(api, ['v1', 'Pod'], set).filter(isActive);
  const ready = pods.filter(isPodReady).length;
  api.change<ReplicaSet>(kind, metadata, (draft) => {
    draft.status = {
      replicas: pods.length,
      fullyLabeledReplicas: pods.length,
      ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
      observedGeneration: draft.metadata.generation ?? 1,
    };
  });
}
