/**
 * Where Kuryr writes down the interfaces of a pod: in a KuryrPort, or up to Ussuri in an annotation of
 * the pod itself.
 */
import { isNamespaceGoing, KubeRefusal } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { KuryrPort, Vifs } from '../api/records.ts';
import { isGoing, keyOf, type Pod } from '../api/resources.ts';
import { podState, type PodState } from '../api/vif.ts';
import { annotations, finalizers, nodeLabel } from '../marks.ts';
import { NotReady } from '../queue.ts';
import type { Context } from './context.ts';

/** What is written down for a pod. */
export interface PodRecord {
  readonly podUid: string;
  readonly node: string;
  readonly vifs: Vifs | undefined;
  readonly isGoing: boolean;
}

/** The records of all pods. */
export interface PodRecords {
  of(key: string): PodRecord | undefined;
  /** Prepares a record; false when the pod is going and needs none. */
  open(pod: Pod): Promise<boolean>;
  write(pod: Pod, vifs: Vifs): Promise<void>;
  /** Says that the interfaces are about to be released. */
  closing(key: string): Promise<void>;
  /** Lets go of pod and record after the ports were released. */
  close(key: string): Promise<void>;
  /** Whether a pod that is being deleted is released now, or only when it is gone. */
  readonly releasesAtOnce: boolean;
}

/** The name of the interface that every pod has. */
export const defaultInterface = 'eth0';

/** The default interface of a record. */
export function defaultVif(vifs: Vifs | undefined): Vifs[string]['vif'] | undefined {
  const entries = Object.values(vifs ?? {});
  return (entries.find((entry) => entry.default) ?? entries[0])?.vif;
}

/** Records as KuryrPorts. */
export class PortRecords implements PodRecords {
  readonly releasesAtOnce = true;
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  of(key: string): PodRecord | undefined {
    const port = this.#context.caches.kuryrPorts.get(key);
    if (port === undefined) return undefined;
    const vifs = port.status?.vifs;
    return {
      podUid: port.spec.podUid,
      node: port.spec.podNodeName,
      vifs: vifs === undefined || Object.keys(vifs).length === 0 ? undefined : vifs,
      isGoing: isGoing(port),
    };
  }

  async open(pod: Pod): Promise<boolean> {
    const { kube, caches, events } = this.#context;
    const held = await kube.addFinalizer(kinds.pods, pod, finalizers.pod);
    if (held === undefined) return false;
    caches.pods.put(held);
    if (caches.kuryrPorts.get(keyOf(pod)) !== undefined) return true;
    try {
      caches.kuryrPorts.put(await kube.create(kinds.kuryrPorts, this.#portFor(pod)));
    } catch (error) {
      if (isNamespaceGoing(error)) return false;
      if (error instanceof KubeRefusal && error.status === 409) throw new NotReady(error.message);
      events.add(pod, {
        reason: 'FailedToCreateKuryrPortCRD',
        message: `The KuryrPort could not be made: ${(error as Error).message}`,
        type: 'Warning',
      });
      throw error;
    }
    return true;
  }

  #portFor(pod: Pod): unknown {
    const { name, namespace, uid } = pod.metadata;
    const node = pod.spec.nodeName ?? '';
    const isStatic = pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file';
    return {
      apiVersion: 'openstack.org/v1',
      kind: 'KuryrPort',
      metadata: {
        name,
        namespace,
        finalizers: [finalizers.port],
        labels: { [nodeLabel]: node },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }],
      },
      spec: {
        podUid: uid,
        podNodeName: node,
        ...(this.#context.release.marksStaticPods ? { podStatic: isStatic } : {}),
      },
      status: { vifs: {} },
    };
  }

  async write(pod: Pod, vifs: Vifs): Promise<void> {
    const port = this.#portOf(keyOf(pod));
    if (port === undefined) throw new NotReady(`KuryrPort ${keyOf(pod)} is gone.`);
    const { kube, caches } = this.#context;
    const operations = [{ op: 'add', path: '/status', value: { vifs } }];
    caches.kuryrPorts.put(await kube.patch<KuryrPort>(kinds.kuryrPorts, port, { operations }));
  }

  async closing(key: string): Promise<void> {
    const port = this.#portOf(key);
    if (port === undefined || isGoing(port)) return;
    const { kube, caches } = this.#context;
    const left = await kube.remove(kinds.kuryrPorts, port);
    if (left !== undefined) caches.kuryrPorts.put(left);
  }

  async close(key: string): Promise<void> {
    const { kube, caches } = this.#context;
    const pod = caches.pods.get(key);
    const port = this.#portOf(key);
    const ownsPod = port === undefined || port.spec.podUid === pod?.metadata.uid;
    await Promise.all([
      pod !== undefined && ownsPod
        ? kube.removeFinalizer(kinds.pods, pod, finalizers.pod)
        : undefined,
      port === undefined
        ? undefined
        : kube.removeFinalizer(kinds.kuryrPorts, port, finalizers.port),
    ]);
    if (port !== undefined) caches.kuryrPorts.drop(port);
  }

  #portOf(key: string): KuryrPort | undefined {
    return this.#context.caches.kuryrPorts.get(key);
  }
}

/** Records as annotations of pods; they go with the pod, whose last state is therefore kept. */
export class AnnotationRecords implements PodRecords {
  readonly releasesAtOnce = false;
  readonly #context: Context;
  readonly #departed = new Map<string, Pod>();

  constructor(context: Context) {
    this.#context = context;
    context.caches.pods.onChange((now, before) => {
      if (
        before !== undefined &&
        vifsOf(before) !== undefined &&
        now?.metadata.uid !== before.metadata.uid
      ) {
        this.#departed.set(keyOf(before), before);
      }
    });
  }

  of(key: string): PodRecord | undefined {
    const departed = this.#departed.get(key);
    const pod = departed ?? this.#context.caches.pods.get(key);
    const vifs = pod === undefined ? undefined : vifsOf(pod);
    if (pod === undefined || vifs === undefined) return undefined;
    return {
      podUid: pod.metadata.uid,
      node: pod.spec.nodeName ?? '',
      vifs,
      isGoing: departed !== undefined,
    };
  }

  open(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async write(pod: Pod, vifs: Vifs): Promise<void> {
    const vif = defaultVif(vifs);
    await this.#annotate(pod, vif === undefined ? null : JSON.stringify(podState(vif)));
  }

  closing(): Promise<void> {
    return Promise.resolve();
  }

  async close(key: string): Promise<void> {
    if (this.#departed.delete(key)) return;
    const pod = this.#context.caches.pods.get(key);
    if (pod !== undefined) await this.#annotate(pod, null);
  }

  async #annotate(pod: Pod, state: string | null): Promise<void> {
    const { kube, caches } = this.#context;
    const labels = pod.metadata.labels;
    const change = {
      metadata: {
        annotations: {
          [annotations.podVif]: state,
          [annotations.podLabel]: labels === undefined ? null : JSON.stringify(labels),
        },
      },
    };
    caches.pods.put(await kube.merge<Pod>(kinds.pods, pod, change));
  }
}

/** The interfaces in a pod's annotation. */
export function vifsOf(pod: Pod): Vifs | undefined {
  const text = pod.metadata.annotations?.[annotations.podVif];
  if (text === undefined) return undefined;
  const state = JSON.parse(text) as PodState;
  const vif = state['versioned_object.data'].default_vif;
  return { [defaultInterface]: { default: true, vif } };
}
