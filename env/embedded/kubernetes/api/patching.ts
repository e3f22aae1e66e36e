/**
 * Chooses the way of a patch by its media type.
 */
import type { Kind } from '../kinds/kind.ts';
import type { KubeObject } from '../objects.ts';
import type { AppliedBefore } from '../patch/apply.ts';
import { jsonPatched, mergePatched } from '../patch/json-patch.ts';
import { strategicallyPatched } from '../patch/strategic.ts';
import { badRequest, unroutedMediaType, unsupportedMediaType } from '../status.ts';

/** A patch and what it is applied to. */
export interface Patch {
  readonly type: string;
  readonly kind: Kind;
  readonly current: KubeObject;
  readonly patch: unknown;
  readonly manager: string;
  readonly isForced: boolean;
  readonly applied: AppliedBefore;
}

const common = 'application/json-patch+json, application/merge-patch+json';

/** Applies a patch to a copy of an object. */
export function patchedBy(asked: Patch): unknown {
  const { type, kind, current, patch, manager, isForced, applied } = asked;
  if (patch === undefined) throw badRequest('error decoding patch: unexpected end of JSON input');
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatched(current, patch);
    case 'application/merge-patch+json':
      return mergePatched(current, patch);
    case 'application/strategic-merge-patch+json':
      if (kind.model === undefined) {
        throw unsupportedMediaType(`${common}, application/apply-patch+yaml`);
      }
      return strategicallyPatched(current, patch, kind.model);
    case 'application/apply-patch+yaml':
      return applied.joined(current, patch, {
        manager,
        isForced,
        uid: current.metadata.uid,
        model: kind.model,
      });
    default:
      throw kind.model === undefined
        ? unsupportedMediaType(`${common}, application/apply-patch+yaml`)
        : unroutedMediaType();
  }
}
