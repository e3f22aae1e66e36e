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
  const grace = given['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  const policy = given['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined;
  const orphans = given['orphanDependents'] ?? query.get('orphanDependents');
  const dryRun = given['dryRun'] ?? query.get('dryRun');
  const preconditions = given['preconditions'];
  const propagation = policy ?? (String(orphans) === 'true' ? 'Orphan' : undefined);
  if (propagation !== undefined && !policies.has(String(propagation))) {
    throw badRequest(
      `invalid propagationPolicy ${JSON.stringify(propagation)}: supported values: "Foreground", "Background", "Orphan"`,
    );
  }
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(propagation === undefined ? {} : { propagationPolicy: String(propagation) }),
    ...(isRecord(preconditions) ? { preconditions } : {}),
    isDryRun: dryRun !== null && dryRun !== undefined && dryRun !== '',
  };
}

const policies = new Set(['Foreground', 'Background', 'Orphan']);

/** Marks an object for deletion; tells whether something still holds it. */
export function gracefully(kind: Kind, object: KubeObject, deletion: Deletion): boolean {
  const { metadata } = object;
  const finalizers = new Set(metadata.finalizers ?? []);
  if (deletion.propagationPolicy === 'Foreground') finalizers.add(foreground);
  if (deletion.propagationPolicy === 'Orphan') finalizers.add(orphan);
  if (deletion.propagationPolicy === 'Background') {
    finalizers.delete(foreground);
    finalizers.delete(orphan);
  }
  if (finalizers.size > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  const grace = graceOf(kind, object, deletion);
  const isNamespace = kind.kind === 'Namespace' && kind.group === '';
  if (finalizers.size === 0 && grace === 0 && !isNamespace) return false;
  mark(object, grace);
  if (isNamespace) {
    const namespace = object as Namespace;
    namespace.status = { ...namespace.status, phase: 'Terminating' };
  }
  return true;
}

function mark({ metadata }: KubeObject, grace: number): void {
  const before = metadata.deletionGracePeriodSeconds;
  if (metadata.deletionTimestamp !== undefined && before !== undefined && before <= grace) return;
  metadata.deletionTimestamp = moment(Date.now() + grace * 1_000);
  metadata.deletionGracePeriodSeconds = grace;
  if (metadata.generation !== undefined) metadata.generation += 1;
}

/** Only pods are given time to end. */
function graceOf(kind: Kind, object: KubeObject, { gracePeriodSeconds }: Deletion): number {
  if (kind.kind !== 'Pod') return 0;
  const { spec, status } = object as Pod;
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if ((spec.nodeName ?? '') === '' || hasEnded) return 0;
  const grace = gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  return grace < 0 ? 1 : grace;
}
