/**
 * The façade of the Kubernetes side: awaited verbs that change something, and readings of objects and
 * of Kuryr's custom resources. It knows nothing about OpenStack.
 */
import {
  type CoreV1Event,
  type KubernetesObject,
  PatchStrategy,
  setHeaderOptions,
  type V1Namespace,
  type V1Pod,
  type V1Service,
} from '#kubernetes-client';
import { z } from 'zod';
import {
  KubernetesAccess,
  type KubernetesClients,
  type NodeFact,
  nodeFactOf,
  type RequestLog,
  type StackAccess,
  StackError,
} from '#env';
import { type Reading, reading } from '../reading.ts';
import { attach, type AttachedProcess } from './attach.ts';
import { describeEvent, kuryrReasons } from './descriptions.ts';
import { type KuryrKind, kuryrResources } from './kuryr-forms.ts';
import { kuryrReading } from './kuryr-reading.ts';
import {
  type KuryrLoadBalancerView,
  kuryrLoadBalancerView,
  type KuryrNetworkPolicyView,
  kuryrNetworkPolicyView,
  type KuryrNetworkView,
  kuryrNetworkView,
  type KuryrPortView,
  kuryrPortView,
} from './kuryr-views.ts';
import { applyObject, type ObjectRef, relabelObject, removeObject } from './objects.ts';

/** An object in a namespace, by name. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** What is read of a log. */
export interface LogOptions {
  readonly container?: string;
  readonly tailLines?: number;
  /** The log of the container that ran before a restart. */
  readonly isPrevious?: boolean;
}

const kuryrGroup = { group: 'openstack.org', version: 'v1' } as const;

/** The Kubernetes side of a stack. */
export class Cluster implements Disposable {
  readonly access: KubernetesAccess;

  constructor(access: KubernetesAccess) {
    this.access = access;
  }

  /** The requests of this process, for evidence. */
  get log(): RequestLog {
    return this.access.log;
  }

  /** The typed clients of the library, for what the façade has no verb for. */
  api(): KubernetesClients {
    return this.access.clients;
  }

  /** Makes an object, or changes the one that is there into what is given. */
  apply<T extends KubernetesObject>(object: T): Promise<T> {
    return applyObject(this.access, object);
  }

  /** Deletes an object; one that is already gone is no error. */
  remove(object: ObjectRef): Promise<void> {
    return removeObject(this.access, object);
  }

  /** Gives an object labels, or takes those away that are null; other labels stay. */
  relabel(object: ObjectRef, labels: Readonly<Record<string, string | null>>): Promise<void> {
    return relabelObject(this.access, object, labels);
  }

  /** The nodes of the cluster. */
  async nodes(signal?: AbortSignal): Promise<NodeFact[]> {
    const { items } = await this.access.call(
      'Listing nodes',
      ({ core }) => core.listNode(),
      signal,
    );
    return items.map(nodeFactOf).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The names of two nodes that take pods; the same one twice where there is no other. */
  async podNodes(signal?: AbortSignal): Promise<{ readonly near: string; readonly far: string }> {
    const names = (await this.nodes(signal))
      .filter(({ takesPods, isReady }) => takesPods && isReady)
      .map(({ name }) => name);
    const [near] = names;
    if (near === undefined) {
      throw new StackError(
        'NO_NODE_FOR_PODS',
        'Choosing nodes for pods: no node is ready and takes pods. Look at the nodes of the cluster.',
      );
    }
    return { near, far: names.at(-1) ?? near };
  }

  /** The pods of a namespace, by label selector. */
  async pods(namespace: string, labelSelector?: string, signal?: AbortSignal): Promise<V1Pod[]> {
    const { items } = await this.access.call(
      `Listing pods of namespace "${namespace}"`,
      ({ core }) =>
        core.listNamespacedPod({
          namespace,
          ...(labelSelector === undefined ? {} : { labelSelector }),
        }),
      signal,
    );
    return items;
  }

  /** A namespace; undefined when it does not exist. */
  namespaceOf(name: string): Reading<V1Namespace | undefined> {
    return reading(
      `namespace ${name}`,
      (signal) =>
        this.access.find(
          `Reading namespace "${name}"`,
          ({ core }) => core.readNamespace({ name }),
          signal,
        ),
      (namespace) => (namespace === undefined ? 'gone' : (namespace.status?.phase ?? 'no phase')),
    );
  }

  /** A pod; undefined when it does not exist. */
  podOf(namespace: string, name: string): Reading<V1Pod | undefined> {
    return reading(
      `pod ${namespace}/${name}`,
      (signal) =>
        this.access.find(
          `Reading pod "${namespace}/${name}"`,
          ({ core }) => core.readNamespacedPod({ namespace, name }),
          signal,
        ),
      (pod) =>
        pod === undefined
          ? 'not there'
          : `${pod.status?.phase ?? 'no phase'}, ${pod.status?.podIP ?? 'no address'}`,
    );
  }

  /** A service; undefined when it does not exist. */
  serviceOf(place: Place): Reading<V1Service | undefined> {
    const { namespace, name } = place;
    return reading(`service ${namespace}/${name}`, (signal) =>
      this.access.find(
        `Reading service "${namespace}/${name}"`,
        ({ core }) => core.readNamespacedService({ namespace, name }),
        signal,
      ),
    );
  }

  /** The address at which a service of type LoadBalancer is reached from outside; undefined while there is none. */
  externalAddressOf(place: Place): Reading<string | undefined> {
    const service = this.serviceOf(place);
    return reading(
      `external address of service ${place.namespace}/${place.name}`,
      async (signal) => {
        const ingress = (await service.read(signal))?.status?.loadBalancer?.ingress?.[0];
        return ingress?.ip ?? ingress?.hostname;
      },
      (address) => address ?? 'none',
    );
  }

  /** The ready addresses behind a service, sorted. */
  endpointsOf(place: Place): Reading<string[]> {
    const { namespace, name } = place;
    return reading(`endpoints of service ${namespace}/${name}`, async (signal) => {
      const endpoints = await this.access.find(
        `Reading endpoints "${namespace}/${name}"`,
        ({ core }) => core.readNamespacedEndpoints({ namespace, name }),
        signal,
      );
      return (endpoints?.subsets ?? [])
        .flatMap((subset) => (subset.addresses ?? []).map(({ ip }) => ip))
        .sort();
    });
  }

  /** The reasons of the events that Kuryr has written about an object, each once, sorted. */
  kuryrEventsOf({ namespace, name }: Place): Reading<string[]> {
    return reading(
      `events of Kuryr about ${namespace}/${name}`,
      async (signal) => kuryrReasons(await this.events(namespace, name, signal)),
      (reasons) => reasons.join(', ') || 'none',
    );
  }

  /** Sets a condition in the status of a pod, such as one that its readiness waits for. */
  async setCondition(pod: Place, type: string, isTrue: boolean): Promise<void> {
    const { namespace, name } = pod;
    const condition = { type, status: isTrue ? 'True' : 'False' };
    await this.access.call(
      `Setting condition "${type}" of pod "${namespace}/${name}"`,
      ({ core }) =>
        core.patchNamespacedPodStatus(
          { namespace, name, body: { status: { conditions: [condition] } } },
          setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
        ),
    );
  }

  /** Writes into one of Kuryr's records by JSON patch: its definitions have no status of their own. */
  async rewrite(
    kind: KuryrKind,
    { namespace, name }: Place,
    operations: readonly { op: 'add' | 'replace'; path: string; value: unknown }[],
  ): Promise<void> {
    const { plural } = kuryrResources[kind];
    await this.access.call(`Patching ${kind} "${namespace}/${name}"`, ({ custom }) =>
      custom.patchNamespacedCustomObject(
        { ...kuryrGroup, namespace, plural, name, body: operations },
        setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
      ),
    );
  }

  /** The KuryrPort of a pod; undefined when there is none. */
  kuryrPortOf(namespace: string, name: string): Reading<KuryrPortView | undefined> {
    return kuryrReading(this.access, { kind: 'KuryrPort', namespace, name, view: kuryrPortView });
  }

  /** The KuryrNetwork of a namespace; undefined when there is none. */
  kuryrNetworkOf(namespace: string): Reading<KuryrNetworkView | undefined> {
    const subject = { kind: 'KuryrNetwork', namespace, name: namespace } as const;
    return kuryrReading(this.access, { ...subject, view: kuryrNetworkView });
  }

  /** The KuryrLoadBalancer of a service; undefined when there is none. */
  kuryrLoadBalancerOf(namespace: string, name: string): Reading<KuryrLoadBalancerView | undefined> {
    const subject = { kind: 'KuryrLoadBalancer', namespace, name } as const;
    return kuryrReading(this.access, { ...subject, view: kuryrLoadBalancerView });
  }

  /** The KuryrNetworkPolicy of a network policy; undefined when there is none. */
  kuryrNetworkPolicyOf(
    namespace: string,
    name: string,
  ): Reading<KuryrNetworkPolicyView | undefined> {
    const subject = { kind: 'KuryrNetworkPolicy', namespace, name } as const;
    return kuryrReading(this.access, { ...subject, view: kuryrNetworkPolicyView });
  }

  /** The names of the network policies of a namespace, sorted. */
  policiesOf(namespace: string): Reading<string[]> {
    return reading(`network policies of namespace ${namespace}`, async (signal) => {
      const { items } = await this.access.call(
        `Listing network policies of namespace "${namespace}"`,
        ({ networking }) => networking.listNamespacedNetworkPolicy({ namespace }),
        signal,
      );
      return items.map(({ metadata }) => metadata?.name ?? '').sort();
    });
  }

  /** The resources of one of Kuryr's kinds in a namespace, as the API gives them. */
  async kuryrResources(
    kind: KuryrKind,
    namespace: string,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    const { plural } = kuryrResources[kind];
    const list: unknown = await this.access.find(
      `Listing ${plural} of namespace "${namespace}"`,
      ({ custom }): Promise<unknown> =>
        custom.listNamespacedCustomObject({ ...kuryrGroup, namespace, plural }),
      signal,
    );
    return z.looseObject({ items: z.array(z.unknown()) }).safeParse(list).data?.items ?? [];
  }

  /** Opens a channel to the main process of a pod's first container. */
  attach(pod: Place, container = 'prober'): Promise<AttachedProcess> {
    return attach(this.access.config, { namespace: pod.namespace, pod: pod.name, container });
  }

  /** The log of a pod's container. */
  async logsOf(pod: Place, options: LogOptions = {}): Promise<string> {
    return this.access.call(`Reading the log of pod "${pod.namespace}/${pod.name}"`, ({ core }) =>
      core.readNamespacedPodLog({
        namespace: pod.namespace,
        name: pod.name,
        tailLines: options.tailLines ?? 500,
        ...(options.container === undefined ? {} : { container: options.container }),
        ...(options.isPrevious === undefined ? {} : { previous: options.isPrevious }),
      }),
    );
  }

  /** The events of a namespace, oldest first, one line each. */
  async eventsOf(namespace: string, about?: string): Promise<string[]> {
    const events = await this.events(namespace, about);
    return events.map(describeEvent);
  }

  /** The events of a namespace, oldest first; `about` is the name of the object they speak of. */
  async events(namespace: string, about?: string, signal?: AbortSignal): Promise<CoreV1Event[]> {
    const { items } = await this.access.call(
      `Listing events of namespace "${namespace}"`,
      ({ core }) =>
        core.listNamespacedEvent({
          namespace,
          ...(about === undefined ? {} : { fieldSelector: `involvedObject.name=${about}` }),
        }),
      signal,
    );
    return items.sort((a, b) => momentOf(a) - momentOf(b));
  }

  [Symbol.dispose](): void {
    this.access[Symbol.dispose]();
  }
}

function momentOf(event: CoreV1Event): number {
  const moment = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return moment === undefined ? 0 : new Date(moment).getTime();
}

/** Opens the Kubernetes side of a stack. */
export async function openCluster(access: StackAccess): Promise<Cluster> {
  return new Cluster(await KubernetesAccess.open(access.kubeconfigPath));
}
