/**
 * Applies and removes any Kubernetes object. Applying is create, and a merge patch when the object is
 * there already: servers as old as 1.20 are spoken to in the same way as new ones.
 */
import { type KubernetesObject, PatchStrategy } from '#kubernetes-client';
import { type KubernetesAccess, KubernetesError } from '#env';

/** A Kubernetes object with everything by which it is found. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** An object to be made, as it would be written in YAML. */
export interface Manifest extends ObjectRef {
  readonly metadata: ObjectRef['metadata'] & {
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly data?: Record<string, string>;
  readonly spec?: object;
}

/** Makes an object, or changes the one that is there into what is given. */
export async function applyObject<T extends KubernetesObject>(
  kubernetes: KubernetesAccess,
  object: T,
): Promise<T> {
  const doing = `Applying ${nameOf(object)}`;
  // The library writes into what it is given.
  const copy = (): T => inLibraryWords(structuredClone(object));
  try {
    return await kubernetes.call(doing, ({ objects }) => objects.create(copy()));
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.reason !== 'AlreadyExists') {
      throw error;
    }
    return kubernetes.call(doing, ({ objects }) =>
      objects.patch(copy(), undefined, undefined, undefined, undefined, PatchStrategy.MergePatch),
    );
  }
}

/** Deletes an object and what it owns; one that is already gone is no error. */
export async function removeObject(kubernetes: KubernetesAccess, object: ObjectRef): Promise<void> {
  await kubernetes.find(`Deleting ${nameOf(object)}`, ({ objects }) =>
    objects.delete(
      structuredClone<KubernetesObject>(object),
      undefined,
      undefined,
      undefined,
      undefined,
      'Background',
    ),
  );
}

/** Gives an object labels by a merge patch; null takes a label away. */
export async function relabelObject(
  kubernetes: KubernetesAccess,
  object: ObjectRef,
  labels: Readonly<Record<string, string | null>>,
): Promise<void> {
  const changed = { ...object, metadata: { ...object.metadata, labels: { ...labels } } };
  await kubernetes.call(`Relabelling ${nameOf(object)}`, ({ objects }) =>
    objects.patch(
      changed as unknown as KubernetesObject,
      undefined,
      undefined,
      undefined,
      undefined,
      PatchStrategy.MergePatch,
    ),
  );
}

/**
 * Puts an object into the words of the library's models, where `from` of a network policy is called
 * `_from`. Its serializer drops what it does not know without a word, and a policy that has lost its
 * `from` admits everybody (client-node 1.4.0, V1NetworkPolicyIngressRule).
 */
function inLibraryWords<T extends KubernetesObject>(object: T): T {
  return object.kind === 'NetworkPolicy' ? (withPeersRenamed(object) as T) : object;
}

function withPeersRenamed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withPeersRenamed);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      // A label may have the same name, but is no list.
      key === 'from' && Array.isArray(inner) ? '_from' : key,
      withPeersRenamed(inner),
    ]),
  );
}

function nameOf(object: KubernetesObject): string {
  const name = object.metadata?.name ?? '';
  const namespace = object.metadata?.namespace;
  return `${object.kind ?? 'object'} "${namespace === undefined ? name : `${namespace}/${name}`}"`;
}
