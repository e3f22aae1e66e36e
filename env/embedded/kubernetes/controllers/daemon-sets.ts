/**
 * Keeps one pod of a daemon set on each node that fits it. Updates replace all pods at once.
 */
import { isDeepStrictEqual } from 'node:util';
import type { DaemonSet, Node, Pod } from '../objects.ts';
import { isPodReady } from '../kinds/pods.ts';
import { fitsNode, toleratesTaints } from '../scheduler/fits.ts';
import { type Ground, keyOf, Loop, placeOf } from './loop.ts';
import { controllerKeys, hasEnded, makePod, ownedBy, type Template } from './owned.ts';

const templateAnnotation = 'deprecated.daemonset.template.generation';

const tolerated = [
  ['not-ready', 'NoExecute'],
  ['unreachable', 'NoExecute'],
  ['disk-pressure', 'NoSchedule'],
  ['memory-pressure', 'NoSchedule'],
  ['pid-pressure', 'NoSchedule'],
  ['unschedulable', 'NoSchedule'],
].map(([key = '', effect = '']) => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect,
}));

/** Runs the controller of daemon sets. */
export function startDaemonSets(ground: Ground): void {
  const { api } = ground;
  const kind = api.kind('apps/v1', 'DaemonSet');
  new Loop(ground, 'daemon sets', (key) => {
    const set = api.find(kind, placeOf(key)) as DaemonSet | undefined;
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    const nodes = api.list(api.kind('v1', 'Node')) as Node[];
    reconcile(ground, set, nodes);
  })
    .follow(kind)
    .follow(api.kind('v1', 'Pod'), (object, previous) =>
      controllerKeys('DaemonSet', object, previous),
    )
    .follow(api.kind('v1', 'Node'), () => api.list(kind).map(keyOf));
}

function templateOf(set: DaemonSet): Template {
  const template: Template = structuredClone(set.spec.template);
  const spec = template.spec ?? { containers: [] };
  const generation = String(set.metadata.generation ?? 1);
  return {
    metadata: {
      ...template.metadata,
      annotations: { ...template.metadata?.annotations, [templateAnnotation]: generation },
    },
    spec: { ...spec, tolerations: [...(spec.tolerations ?? []), ...tolerated] },
  };
}

function reconcile({ api }: Ground, set: DaemonSet, nodes: readonly Node[]): void {
  const template = templateOf(set);
  const spec = template.spec ?? { containers: [] };
  const fitting = nodes.filter(
    (node) => fitsNode(spec, node) && toleratesTaints(spec.tolerations, node),
  );
  const pods = ownedBy<Pod>(api, ['v1', 'Pod'], set);
  const kind = api.kind('v1', 'Pod');
  const isCurrent = ({ metadata }: Pod): boolean =>
    metadata.annotations?.[templateAnnotation] ===
    template.metadata?.annotations?.[templateAnnotation];
  for (const pod of pods) {
    const isWanted = fitting.some(({ metadata }) => metadata.name === pod.spec.nodeName);
    const isEnding = pod.metadata.deletionTimestamp !== undefined;
    if (!isEnding && (!isWanted || !isCurrent(pod) || hasEnded(pod))) {
      api.remove(kind, pod.metadata);
    }
  }
  const left = ownedBy<Pod>(api, ['v1', 'Pod'], set);
  for (const { metadata } of fitting) {
    if (!left.some((pod) => pod.spec.nodeName === metadata.name)) {
      makePod(api, set, { template, nodeName: metadata.name });
    }
  }
  const all = ownedBy<Pod>(api, ['v1', 'Pod'], set);
  const ready = all.filter(isPodReady).length;
  api.change<DaemonSet>(api.kind('apps/v1', 'DaemonSet'), set.metadata, (draft) => {
    const status = {
      currentNumberScheduled: all.length,
      desiredNumberScheduled: fitting.length,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      updatedNumberScheduled: all.filter(isCurrent).length,
      observedGeneration: draft.metadata.generation ?? 1,
    };
    if (!isDeepStrictEqual(draft.status, status)) draft.status = status;
  });
}
