/**
 * Server-side apply: what is applied is merged in, what the same manager applied before and no longer
 * applies is taken out, and what another manager has applied differently is a conflict. There are no
 * managedFields, so who updates or patches owns nothing, and the items of lists have no owners.
 */
import { attributesOf, itemTypeOf, valueTypeOf } from '../kinds/models.ts';
import { isRecord } from '../objects.ts';
import { conflictsOf, disown, refuseConflicts } from './managers.ts';
import { mergeKeyOf } from './merge-keys.ts';
import { strategicallyPatched } from './strategic.ts';

/** Remembers what each manager applied to each object. */
export class AppliedBefore {
  /** What each manager of an object applied, by the object's uid. */
  readonly #byObject = new Map<string, Map<string, unknown>>();

  /** Joins what a manager applies with an object; an object of no model is merged by maps alone. */
  joined(
    current: unknown,
    applied: unknown,
    { manager, uid, isForced, model = 'any' }: Applying,
  ): unknown {
    const owners = this.#ownersOf(uid);
    if (isForced) disown(owners, manager, applied);
    else refuseConflicts(conflictsOf(owners, manager, { applied, current }));
    const before = owners.get(manager);
    owners.set(manager, structuredClone(applied));
    const rest = before === undefined ? current : without(current, { before, applied, model });
    return strategicallyPatched(rest, applied, model);
  }

  /** Notes what was applied when an object was made. */
  note(applied: unknown, uid: string, manager: string): void {
    this.#ownersOf(uid).set(manager, structuredClone(applied));
  }

  #ownersOf(uid: string): Map<string, unknown> {
    const owners = this.#byObject.get(uid) ?? new Map<string, unknown>();
    this.#byObject.set(uid, owners);
    return owners;
  }
}

interface Applying {
  readonly manager: string;
  readonly uid: string;
  /** Takes what others have applied. */
  readonly isForced: boolean;
  readonly model?: string | undefined;
}

interface Dropped {
  readonly before: unknown;
  readonly applied: unknown;
  readonly model: string;
}

/** Takes out what was applied before and is not now. */
function without(current: unknown, { before, applied, model }: Dropped): unknown {
  if (!isRecord(current) || !isRecord(before)) return current;
  const out: Record<string, unknown> = { ...current };
  for (const [key, old] of Object.entries(before)) {
    const now = isRecord(applied) ? applied[key] : undefined;
    const left = fieldWithout(out[key], [old, now], { model, key });
    if (left === undefined) Reflect.deleteProperty(out, key);
    else out[key] = left;
  }
  return out;
}

/** What is left of one field; undefined when nothing is. */
function fieldWithout(
  current: unknown,
  [old, now]: readonly [unknown, unknown],
  { model, key }: { readonly model: string; readonly key: string },
): unknown {
  if (now === undefined && !isRecord(old)) return undefined;
  const type = typeOf(model, key);
  if (Array.isArray(old)) {
    return listWithout(current, [old, now], { model, key, item: itemTypeOf(type) ?? 'any' });
  }
  const left = without(current, { before: old, applied: now, model: type });
  return now === undefined && isEmpty(left) ? undefined : left;
}

function typeOf(model: string, key: string): string {
  return attributesOf(model)?.get(key)?.type ?? valueTypeOf(model) ?? 'any';
}

interface ListPlace {
  readonly model: string;
  readonly key: string;
  readonly item: string;
}

function listWithout(
  current: unknown,
  [before, applied]: readonly [unknown[], unknown],
  { model, key, item }: ListPlace,
): unknown {
  const mergeKey = mergeKeyOf(model, key);
  if (mergeKey === undefined || mergeKey === '' || !Array.isArray(current)) return current;
  const find = (list: unknown, wanted: unknown): unknown =>
    Array.isArray(list)
      ? list.find(
          (each) => isRecord(each) && isRecord(wanted) && each[mergeKey] === wanted[mergeKey],
        )
      : undefined;
  return current
    .filter((each) => find(before, each) === undefined || find(applied, each) !== undefined)
    .map((each) =>
      without(each, { before: find(before, each), applied: find(applied, each), model: item }),
    );
}

function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0;
}
