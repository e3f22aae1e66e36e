/**
 * What of an update counts: the parts that its path may write, and the marks that no client may change.
 */
import { isDeepStrictEqual } from 'node:util';
import { apiVersionOf, type Kind } from '../kinds/kind.ts';
import { copyOf, type KubeObject, type Meta } from '../objects.ts';

interface Update {
  readonly next: KubeObject;
  readonly current: KubeObject;
  readonly subresource: 'status' | undefined;
}

/** Joins what an update may write with the rest of what is stored. */
export function restOf(kind: Kind, { next, current, subresource }: Update): KubeObject {
  if (subresource === 'status') {
    const metadata = kind.model === undefined ? current.metadata : next.metadata;
    const whole: KubeObject = { ...copyOf(current), metadata: copyOf(metadata) };
    setStatus(whole, next.status);
    return whole;
  }
  const whole = copyOf(next);
  if (kind.hasStatus) setStatus(whole, current.status);
  return whole;
}

function setStatus(object: KubeObject, status: unknown): void {
  if (status === undefined) {
    delete object.status;
  } else {
    object.status = copyOf(status);
  }
}

const kept = [
  'uid',
  'name',
  'namespace',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'generateName',
  'resourceVersion',
] as const satisfies readonly (keyof Meta)[];

/** Puts back what no client may change, and counts a change of the specification. */
export function carriedOver(kind: Kind, object: KubeObject, current: KubeObject): void {
  object.apiVersion = apiVersionOf(kind);
  object.kind = kind.kind;
  const metadata: Record<string, unknown> = { ...object.metadata };
  delete metadata['managedFields'];
  delete metadata['selfLink'];
  for (const field of kept) {
    if (current.metadata[field] === undefined) {
      Reflect.deleteProperty(metadata, field);
    } else {
      metadata[field] = current.metadata[field];
    }
  }
  object.metadata = metadata as unknown as Meta;
  if (kind.hasGeneration && !isDeepStrictEqual(countedOf(kind, object), countedOf(kind, current))) {
    object.metadata.generation = (current.metadata.generation ?? 0) + 1;
  }
}

/** Where a custom resource has no status subresource, its status counts like anything else. */
function countedOf({ model, hasStatus }: Kind, object: KubeObject): object {
  const rest: Partial<KubeObject> = { ...object };
  delete rest.metadata;
  if (model !== undefined || hasStatus) delete rest.status;
  return rest;
}
