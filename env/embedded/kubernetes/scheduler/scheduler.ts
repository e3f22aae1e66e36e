/**
 * Gives pods to nodes: those that fit, of them the one that is liked best and has fewest pods.
 */
import { assign } from '../api/subresources.ts';
import { Recorder } from '../controllers/events.ts';
import { type Ground, keyOf, Loop, placeOf } from '../controllers/loop.ts';
import { hasEnded } from '../controllers/owned.ts';
import { tableOf } from '../kinds/kind.ts';
import { moment, type Node, type Pod } from '../objects.ts';
import { fitsNode, preferenceFor, untolerated } from './fits.ts';
import { neighbourProblem, type Place, sympathy } from './neighbours.ts';

/** Runs the scheduler. */
export function startScheduler(ground: Ground): void {
  const { api } = ground;
  const pods = api.kind('v1', 'Pod');
  const recorder = new Recorder(ground, 'default-scheduler');
  const waiting = new Set<string>();
  new Loop(ground, 'scheduler', (key) => {
    const pod = api.find(pods, placeOf(key)) as Pod | undefined;
    waiting.delete(key);
    if (pod === undefined || !isUnscheduled(pod)) return;
    if (!schedule(ground, pod, recorder)) waiting.add(key);
  })
    .follow(pods, (object, previous) => {
      const pod = object as Pod;
      if (isUnscheduled(pod)) return previous === undefined ? [keyOf(pod)] : [];
      return hasEnded(pod) || !isStored(ground, pod) ? [...waiting] : [];
    })
    .follow(api.kind('v1', 'Node'), (object, previous) =>
      previous !== undefined && isSameNode(object as Node, previous as Node) ? [] : [...waiting],
    );
}

function isStored({ api }: Ground, { metadata }: Pod): boolean {
  return api.find(api.kind('v1', 'Pod'), metadata)?.metadata.uid === metadata.uid;
}

function isUnscheduled({ metadata, spec }: Pod): boolean {
  return (
    (spec.nodeName ?? '') === '' &&
    metadata.deletionTimestamp === undefined &&
    spec.schedulerName === 'default-scheduler' &&
    (spec.schedulingGates ?? []).length === 0
  );
}

function isSameNode(a: Node, b: Node): boolean {
  const seen = ({ metadata, spec, status }: Node): string =>
    JSON.stringify([metadata.labels, spec, isReady(status)]);
  return seen(a) === seen(b);
}

function isReady(status: Node['status']): boolean {
  return (status?.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True');
}

function placesOf({ api }: Ground): Place[] {
  const byNode = new Map<string, Pod[]>();
  for (const object of api.store.each(tableOf(api.kind('v1', 'Pod')))) {
    const pod = object as Pod;
    const node = pod.spec.nodeName ?? '';
    if (node === '' || hasEnded(pod)) continue;
    const list = byNode.get(node) ?? [];
    list.push(pod);
    byNode.set(node, list);
  }
  const nodes = api.list(api.kind('v1', 'Node')) as Node[];
  return nodes.map((node) => ({ node, pods: byNode.get(node.metadata.name) ?? [] }));
}

function problemOf(pod: Pod, place: Place, places: readonly Place[]): string | undefined {
  const { node } = place;
  if (node.spec.unschedulable === true) return 'were unschedulable';
  if (!isReady(node.status)) return 'were not ready';
  if (!fitsNode(pod.spec, node)) return "didn't match Pod's node affinity/selector";
  const taint = untolerated(pod.spec.tolerations, node);
  if (taint !== undefined) return `had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  return neighbourProblem(pod, place, places);
}

function schedule(ground: Ground, pod: Pod, recorder: Recorder): boolean {
  const places = placesOf(ground);
  const judged = places.map((place) => ({ place, problem: problemOf(pod, place, places) }));
  const fitting = judged.filter(({ problem }) => problem === undefined).map(({ place }) => place);
  const score = (place: Place): number =>
    preferenceFor(pod.spec, place.node) + sympathy(pod, place, places);
  const mates = (place: Place): number =>
    place.pods.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace).length;
  const [best] = [...fitting].sort(
    (a, b) => score(b) - score(a) || mates(a) - mates(b) || a.pods.length - b.pods.length,
  );
  if (best === undefined) {
    const problems = judged.map(({ problem }) => problem ?? '');
    postpone(ground, pod, { problems, recorder });
    return false;
  }
  const { namespace = '', name } = pod.metadata;
  const node = best.node.metadata.name;
  assign(ground.api, ground.api.kind('v1', 'Pod'), { namespace, name, node });
  const message = `Successfully assigned ${namespace}/${name} to ${node}`;
  recorder.note(pod, { reason: 'Scheduled', message });
  return true;
}

interface Refusal {
  readonly problems: readonly string[];
  readonly recorder: Recorder;
}

function postpone({ api }: Ground, pod: Pod, { problems, recorder }: Refusal): void {
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  const said = [...counts].map(([problem, count]) => `${count} node(s) ${problem}`).sort();
  const all = problems.length;
  const message =
    all === 0
      ? 'no nodes available to schedule pods'
      : `0/${all} nodes are available: ${said.join(', ')}.`;
  recorder.note(pod, { type: 'Warning', reason: 'FailedScheduling', message });
  api.change<Pod>(api.kind('v1', 'Pod'), pod.metadata, (draft) => {
    const old = (draft.status?.conditions ?? []).find(({ type }) => type === 'PodScheduled');
    if (old?.message === message) return;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastTransitionTime: moment(),
    };
    draft.status = { ...draft.status, conditions: [condition] };
  });
}
