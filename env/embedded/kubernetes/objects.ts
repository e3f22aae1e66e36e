/**
 * Kubernetes objects in their JSON form, derived from the client library's models.
 */
import type {
  CoreV1Event,
  V1ConfigMap,
  V1CustomResourceDefinition,
  V1DaemonSet,
  V1Deployment,
  V1Endpoints,
  V1EndpointSlice,
  V1Job,
  V1Lease,
  V1Namespace,
  V1Node,
  V1OwnerReference,
  V1Pod,
  V1ReplicaSet,
  V1Secret,
  V1Service,
  V1ServiceAccount,
} from '#kubernetes-client';

/** A model of the library as it looks on the wire: moments are texts. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? Json<U>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T;

/** What points to the object that owns another one. */
export type OwnerReference = Json<V1OwnerReference>;

/** The metadata of a stored object. */
export interface Meta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  managedFields?: unknown;
  selfLink?: unknown;
}

/** Any Kubernetes object. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Meta;
  spec?: unknown;
  status?: unknown;
}

type Of<T, Parts extends keyof T> = KubeObject & Json<Required<Pick<T, Parts>>>;
type With<T, Parts extends keyof T, Rest extends keyof T> = Of<T, Parts> & Json<Pick<T, Rest>>;

export type Pod = With<V1Pod, 'spec', 'status'>;
export type PodSpec = Pod['spec'];
export type PodStatus = NonNullable<Pod['status']>;
export type Container = PodSpec['containers'][number];
export type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];
export type Probe = NonNullable<Container['readinessProbe']>;
export type Service = With<V1Service, 'spec', 'status'>;
export type ServicePort = NonNullable<Service['spec']['ports']>[number];
export type Endpoints = KubeObject & Json<Pick<V1Endpoints, 'subsets'>>;
export type EndpointSlice = KubeObject &
  Json<Pick<V1EndpointSlice, 'addressType' | 'endpoints' | 'ports'>>;
export type Namespace = With<V1Namespace, 'spec', 'status'>;
export type Node = With<V1Node, 'spec', 'status'>;
export type ConfigMap = KubeObject & Json<Pick<V1ConfigMap, 'data' | 'binaryData' | 'immutable'>>;
export type Secret = KubeObject &
  Json<Pick<V1Secret, 'data' | 'stringData' | 'type' | 'immutable'>>;
export type ServiceAccount = KubeObject &
  Json<Pick<V1ServiceAccount, 'automountServiceAccountToken' | 'secrets'>>;
export type Deployment = With<V1Deployment, 'spec', 'status'>;
export type ReplicaSet = With<V1ReplicaSet, 'spec', 'status'>;
export type DaemonSet = With<V1DaemonSet, 'spec', 'status'>;
export type Job = With<V1Job, 'spec', 'status'>;
export type Lease = Of<V1Lease, 'spec'>;
export type Event = KubeObject &
  Json<
    Pick<
      CoreV1Event,
      | 'involvedObject'
      | 'reason'
      | 'message'
      | 'type'
      | 'count'
      | 'firstTimestamp'
      | 'lastTimestamp'
      | 'source'
      | 'eventTime'
      | 'reportingComponent'
      | 'reportingInstance'
      | 'action'
    >
  >;
export type CustomResourceDefinition = With<V1CustomResourceDefinition, 'spec', 'status'>;
export type LabelSelector = NonNullable<Deployment['spec']['selector']>;

/** Tells whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy of JSON data, some times faster than structuredClone. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (!isRecord(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyOf(value[key]);
  return copy as T;
}

/** A moment as Kubernetes writes it, to the second. */
export function moment(at: number = Date.now()): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A moment with microseconds, as leases and events have it. */
export function microMoment(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
