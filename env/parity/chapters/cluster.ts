/**
 * The cluster as the chapter about Kuryr speaks to it: one namespace, its objects and their histories.
 */
import { labelsFor } from '../../labels.ts';
import type { Json, Recorder } from '../recorder.ts';
import { listIn, objectIn, textIn } from '../recorder.ts';
import { fromPod, type Target } from './packets.ts';
import type { Scene } from './scene.ts';

/** Where an object is: its collection and name. */
export type Place = readonly [collection: string, name: string];

/** A look at an object that says where it stands. */
export type Track = (object: Json) => string;

const groups: Readonly<Record<string, string>> = { networkpolicies: '/apis/networking.k8s.io/v1' };

/** One namespace of a recorded cluster. */
export class Cluster {
  readonly recorder: Recorder;
  readonly scene: Scene;
  readonly namespace: string;
  readonly nodes: readonly string[];

  constructor(recorder: Recorder, scene: Scene) {
    this.recorder = recorder;
    this.scene = scene;
    this.namespace = `parity-${scene.runId}`.toLowerCase();
    this.nodes = scene.stack.facts.nodes
      .filter(({ takesPods }) => takesPods)
      .map(({ name }) => name)
      .sort();
    const { sanitiser } = recorder;
    sanitiser.name(this.namespace, 'namespace');
    sanitiser.name(scene.runId, 'run');
    sanitiser.name(scene.profile.layout.resourceTag, 'resource tag');
    for (const [index, node] of this.nodes.entries()) sanitiser.name(node, `node ${index + 1}`);
  }

  /** The path of a collection of this namespace, or of an object in it. */
  path(collection: string, name?: string): string {
    const group = collection.startsWith('kuryr')
      ? '/apis/openstack.org/v1'
      : (groups[collection] ?? '/api/v1');
    const shelf = `${group}/namespaces/${this.namespace}/${collection}`;
    return name === undefined ? shelf : `${shelf}/${name}`;
  }

  /** Makes the namespace. */
  async open(): Promise<void> {
    await this.recorder.askKubernetes('a namespace', {
      method: 'POST',
      path: '/api/v1/namespaces',
      body: {
        ...{ apiVersion: 'v1', kind: 'Namespace' },
        metadata: { name: this.namespace, labels: labelsFor(this.scene.runId) },
      },
    });
  }

  /** Makes an object and gives the version from which its history can be read. */
  async make(step: string, collection: string, body: Json): Promise<string> {
    const request = { method: 'POST', path: this.path(collection), body } as const;
    const seen = await this.recorder.askKubernetes(step, request);
    return textIn(objectIn(seen.body, 'metadata'), 'resourceVersion');
  }

  /** Records an object as it is. */
  async show(step: string, [collection, name]: Place): Promise<Json> {
    const seen = await this.recorder.askKubernetes(step, { path: this.path(collection, name) });
    return seen.body;
  }

  /** Reads an object without a record; undefined when there is none. */
  async find([collection, name]: Place): Promise<Json | undefined> {
    const seen = await this.recorder.lookAtKubernetes({ path: this.path(collection, name) });
    return seen.status === 200 ? seen.body : undefined;
  }

  /** Waits until an object is as wanted. */
  async until(what: string, place: Place, isSo: (object: Json) => boolean): Promise<Json> {
    return this.recorder.wait({ until: what }, async () => {
      const object = await this.find(place);
      return object !== undefined && isSo(object) ? object : undefined;
    });
  }

  /** Deletes an object and waits until it is gone. */
  async remove(step: string, place: Place): Promise<void> {
    const path = this.path(...place);
    await this.recorder.askKubernetes(step, { method: 'DELETE', path }, (body) =>
      // A pod without a grace period may be answered before or after its finalizers are seen.
      ({ kind: body['kind'] }),
    );
    await this.recorder.wait({ until: `${place.join(' ')} is gone` }, async () =>
      (await this.find(place)) === undefined ? true : undefined,
    );
  }

  /** The version of a collection now. */
  async version(collection: string): Promise<string> {
    const { body } = await this.recorder.lookAtKubernetes({ path: this.path(collection) });
    return textIn(objectIn(body, 'metadata'), 'resourceVersion');
  }

  /** Records the history of an object since a version, one order of states for each track. */
  async history(
    [collection, name]: Place,
    since: string,
    tracks: Readonly<Record<string, Track>>,
  ): Promise<void> {
    const path = `${this.path(collection)}?fieldSelector=metadata.name%3D${name}`;
    const events = await this.recorder.watched(path, since);
    for (const [what, track] of Object.entries(tracks)) {
      this.recorder.states(
        `${collection} ${name}: ${what}`,
        events.map((event) =>
          event['type'] === 'DELETED' ? 'gone' : track(objectIn(event, 'object')),
        ),
      );
    }
  }

  /** Records which events an object has by now, without their number and order. */
  async events(step: string, name: string): Promise<void> {
    const path = `${this.path('events')}?fieldSelector=involvedObject.name%3D${name}`;
    const { body } = await this.recorder.lookAtKubernetes({ path });
    const said = listIn(body, 'items').map(
      (event) =>
        `${textIn(event, 'type')} ${textIn(event, 'reason')} from ${textIn(objectIn(event, 'source'), 'component') || textIn(event, 'reportingComponent')}`,
    );
    this.recorder.states(step, [...new Set(said)].sort());
  }

  /** Records what becomes of packets, once two looks in a row agree with what is waited for. */
  async packets(
    step: string,
    from: string,
    { expected, ...target }: Target & { readonly expected?: string },
  ): Promise<void> {
    const where = { namespace: this.namespace, pod: from };
    await settledVerdict(this.recorder, {
      step,
      expected,
      look: () => fromPod(this.recorder, where, target),
    });
  }
}

const patienceMs = 60_000;

/**
 * Looks until a verdict comes twice in a row, and for a while until it is the expected one; what is
 * recorded is the last one, whatever it is.
 */
export async function settledVerdict(
  recorder: Recorder,
  {
    step,
    expected,
    look,
  }: {
    readonly step: string;
    readonly expected: string | undefined;
    readonly look: () => Promise<string>;
  },
): Promise<void> {
  const seen: string[] = [];
  const end = Date.now() + patienceMs;
  const verdict = await recorder.wait({ until: `"${step}" has a verdict` }, async () => {
    seen.push(await look());
    const [last, before] = [seen.at(-1), seen.at(-2)];
    const isSettled = last === before && (expected === undefined || last === expected);
    return isSettled || Date.now() > end ? (last ?? '') : undefined;
  });
  recorder.verdict(step, verdict);
}
