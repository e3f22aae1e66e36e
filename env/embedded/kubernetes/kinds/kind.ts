/**
 * What the API server knows about one kind of objects, built in or defined by a custom resource definition.
 */
import type { KubeObject } from '../objects.ts';
import type { Problems } from '../status.ts';

/** A column of the table that `kubectl get` shows. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'number' | 'date';
  /** 0 for columns that are always shown. */
  readonly priority?: number;
  cell(object: KubeObject): string | number | boolean | null;
}

/** The rules that a kind's objects are kept under. */
export interface Strategy {
  /** Fills what a client may leave out; also run on updates. */
  defaults?(object: KubeObject): void;
  /** Sets what only the server decides in a new object. */
  prepareCreate?(object: KubeObject): void;
  /** Keeps what a client may not change, and follows up changes. */
  prepareUpdate?(object: KubeObject, current: KubeObject): void;
  validate?(object: KubeObject, problems: Problems): void;
  validateUpdate?(object: KubeObject, current: KubeObject, problems: Problems): void;
  /** Names of objects: a DNS subdomain where nothing is said. */
  readonly names?: 'label' | 'label1035' | 'path';
  /** Values for field selectors beyond metadata.name and metadata.namespace. */
  fields?(object: KubeObject): Readonly<Record<string, string>>;
  readonly columns?: readonly Column[];
  /** Refuses or completes a pruned object by a schema of its own. */
  shape?(object: KubeObject, problems: Problems): readonly string[];
}

/** Objects of one kind kept under the form of another one. */
export interface View {
  readonly of: Kind;
  fromStored(object: KubeObject): KubeObject;
  toStored(object: KubeObject): KubeObject;
}

/** One kind of objects. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly isNamespaced: boolean;
  readonly hasStatus: boolean;
  /** Paths of replicas in spec and status when there is a scale subresource. */
  readonly scale?: { readonly spec: string; readonly status: string; readonly selector?: string };
  readonly subresources: readonly Subresource[];
  /** Whether metadata.generation follows changes of spec. */
  readonly hasGeneration: boolean;
  /** The name of the library's model; undefined for custom resources. */
  readonly model?: string;
  /** The schema of custom resources, for OpenAPI. */
  readonly schema?: object;
  readonly view?: View;
  readonly strategy: Strategy;
}

/** A subresource as discovery lists it. */
export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

/** The apiVersion of a kind's objects. */
export function apiVersionOf({ group, version }: Pick<Kind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The name under which a kind's objects are stored. */
export function tableOf(kind: Kind): string {
  const { group, plural } = kind.view?.of ?? kind;
  return `${group}/${plural}`;
}
