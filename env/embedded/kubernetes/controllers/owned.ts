/**
 * Pods and replica sets that belong to a controller.
 */
import type { Json, KubeObject, OwnerReference, Pod } from '../objects.ts';
import type { Api } from '../api/verbs.ts';
import { tableOf } from '../kinds/kind.ts';
import type { V1PodTemplateSpec } from '@kubernetes/client-node';

/** What pods are made from. */
export type Template = Json<V1PodTemplateSpec>;

/** The reference by which a controller owns an object. */
export function ownerOf({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name, uid } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The controller of an object. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** The keys of the controllers of a kind that an object has or had. */
export function* controllerKeys(
  kind: string,
  object: KubeObject,
  previous?: KubeObject,
): Iterable<string> {
  for (const one of [object, previous]) {
    const owner = one === undefined ? undefined : controllerOf(one);
    if (owner?.kind === kind) yield `${object.metadata.namespace ?? ''}/${owner.name}`;
  }
}

/** The objects of a kind in a namespace that a controller owns. */
export function ownedBy<T extends KubeObject>(
  api: Api,
  kind: [apiVersion: string, kind: string],
  { metadata }: KubeObject,
): T[] {
  const owned: T[] = [];
  for (const object of api.store.each(tableOf(api.kind(...kind)), metadata.namespace)) {
    if (controllerOf(object)?.uid === metadata.uid) owned.push(object as T);
  }
  return owned;
}

/** Makes a pod from a template in the name of a controller. */
export function makePod(
  api: Api,
  owner: KubeObject,
  { template, nodeName }: { readonly template: Template; readonly nodeName?: string },
): void {
  const { labels, annotations } = template.metadata ?? {};
  const spec = structuredClone(template.spec ?? { containers: [] });
  api.create(api.kind('v1', 'Pod'), {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ownerReferences: [ownerOf(owner)],
    },
    spec: nodeName === undefined ? spec : { ...spec, nodeName },
  });
}

/** Tells whether a pod has ended, well or badly. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Tells whether a pod counts for its controller. */
export function isActive(pod: Pod): boolean {
  return !hasEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}
