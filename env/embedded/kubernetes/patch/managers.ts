/**
 * The managers of fields that were applied: which fields of an object another manager has applied with
 * another value. Words and forms are those of structured-merge-diff in the API server.
 */
import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../objects.ts';
import { ApiError } from '../status.ts';

type Path = readonly string[];

/** A field that another manager has. */
export interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

/** The words by which objects are told apart belong to nobody. */
const unowned: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata/name',
  'metadata/namespace',
]);

/** The ends of what was applied; a list counts as one. */
function* leavesOf(applied: unknown, path: Path = []): Iterable<[Path, unknown]> {
  if (!isRecord(applied)) {
    if (!unowned.has(path.join('/'))) yield [path, applied];
    return;
  }
  for (const [key, value] of Object.entries(applied)) yield* leavesOf(value, [...path, key]);
}

function valueAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), object);
}

/** The fields that others have applied and that are to become something else. */
export function conflictsOf(
  owners: ReadonlyMap<string, unknown>,
  manager: string,
  { applied, current }: { readonly applied: unknown; readonly current: unknown },
): FieldConflict[] {
  const changed = [...leavesOf(applied)].filter(
    ([path, value]) => !Array.isArray(value) && !isDeepStrictEqual(valueAt(current, path), value),
  );
  return [...owners]
    .filter(([other]) => other !== manager)
    .flatMap(([other, owned]) =>
      changed
        .filter(([path]) => valueAt(owned, path) !== undefined)
        .map(([path]) => ({ manager: other, field: `.${path.join('.')}` })),
    );
}

/** Refuses an apply that takes something from others. */
export function refuseConflicts(conflicts: readonly FieldConflict[]): void {
  if (conflicts.length === 0) return;
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const said = managers.map((manager) => {
    const fields = conflicts.filter((one) => one.manager === manager).map(({ field }) => field);
    return fields.length === 1
      ? `conflict with ${JSON.stringify(manager)}: ${fields.join('')}`
      : `conflicts with ${JSON.stringify(manager)}:\n${fields.map((field) => `- ${field}`).join('\n')}`;
  });
  const count = `${conflicts.length} ${conflicts.length === 1 ? 'conflict' : 'conflicts'}`;
  throw new ApiError(409, 'Conflict', {
    message: `Apply failed with ${count}: ${said.join('\n')}`,
    details: {
      causes: conflicts.map(({ manager, field }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${JSON.stringify(manager)}`,
        field,
      })),
    },
  });
}

/** Takes from others what somebody applies by force. */
export function disown(owners: Map<string, unknown>, manager: string, applied: unknown): void {
  const taken = [...leavesOf(applied)].map(([path]) => path);
  for (const [other, owned] of owners) {
    if (other !== manager) for (const path of taken) forget(owned, path);
  }
}

function forget(owned: unknown, path: Path): void {
  const parent = valueAt(owned, path.slice(0, -1));
  const key = path.at(-1);
  if (isRecord(parent) && key !== undefined) Reflect.deleteProperty(parent, key);
}
