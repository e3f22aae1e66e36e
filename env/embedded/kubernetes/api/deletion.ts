/**
 * Deletion: grace periods, finalizers, and what becomes of what an object owns.
 */
import type { Kind } from '../kinds/kind.ts';
import { isRecord, type KubeObject, moment, type Namespace, type Pod } from '../objects.ts';
import { badRequest } from '../status.ts';

/** How something is deleted. */
export interface Deletion {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly isDryRun?: boolean;
}

/** An object after a deletion, and whether it is gone. */
export interface Removal {
  readonly object: KubeObject;
  readonly isGone: boolean;
}

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/** Reads the options of a deletion from body and query. */
export function deletionOf(body: unknown, query: URLSearchParams): Deletion {
  const given = isRecord(body) ? body : {};
  const textOf = (name: string): string => {
    const value = given[name] ?? query.get(name) ?? '';
    return JSON.stringify(value).replace(/"/g, '');
  };
  const grace = textOf('gracePeriodSeconds');
  const orphans = textOf('orphanDependents') === 'true' ? 'Orphan' : '';
  const propagationPolicy = textOf('propagationPolicy') || orphans;
  if (propagationPolicy !== '' && !policies.has(propagationPolicy)) {
    throw badRequest(
      `invalid propagationPolicy "${propagationPolicy}": supported values: "Foreground", "Background", "Orphan"`,
    );
  }
  const { preconditions } = given;
  return {
    ...(grace === '' ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(propagationPolicy === '' ? {} : { propagationPolicy }),
    ...(isRecord(preconditions) ? { preconditions } : {}),
    isDryRun: textOf('dryRun') !== '',
  };
}

const policies = new Set(['Foreground', 'Background', 'Orphan']);

/** Marks an object for deletion; tells whether something still holds it. */
export function gracefully(kind: Kind, object: KubeObject, deletion: Deletion): boolean {
  const isHeld = holdFor(object, deletion.propagationPolicy);
  const grace = graceOf(kind, object, deletion);
  const isNamespace = kind.kind === 'Namespace' && kind.group === '';
  if (!isHeld && grace === 0 && !isNamespace) return false;
  if (isNamespace) {
    // A namespace has no time of grace: it ends when nothing is left in it.
    const namespace = object as Namespace;
    namespace.metadata.deletionTimestamp ??= moment();
    namespace.status = { ...namespace.status, phase: 'Terminating' };
  } else {
    mark(object, grace);
  }
  return true;
}

/** Sets the finalizers by which the garbage collector knows what to do; tells whether there are any. */
function holdFor({ metadata }: KubeObject, policy: string | undefined): boolean {
  const finalizers = new Set(metadata.finalizers);
  if (policy === 'Foreground') finalizers.add(foreground);
  if (policy === 'Orphan') finalizers.add(orphan);
  if (policy === 'Background') {
    finalizers.delete(foreground);
    finalizers.delete(orphan);
  }
  if (finalizers.size > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  return finalizers.size > 0;
}

function mark({ metadata }: KubeObject, grace: number): void {
  const before = metadata.deletionGracePeriodSeconds;
  if (metadata.deletionTimestamp !== undefined && before !== undefined && before <= grace) return;
  metadata.deletionTimestamp = moment(Date.now() + grace * 1_000);
  metadata.deletionGracePeriodSeconds = grace;
  if (metadata.generation !== undefined) metadata.generation += 1;
}

/** Only pods that run somewhere are given time to end. */
function graceOf(kind: Kind, object: KubeObject, { gracePeriodSeconds }: Deletion): number {
  if (kind.kind !== 'Pod' || !mayRun(object as Pod)) return 0;
  const grace = gracePeriodSeconds ?? (object as Pod).spec.terminationGracePeriodSeconds ?? 30;
  return grace < 0 ? 1 : grace;
}

function mayRun({ spec, status }: Pod): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return (spec.nodeName ?? '') !== '' && !hasEnded;
}
