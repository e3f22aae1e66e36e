/**
 * Strategic merge patches: merges by the keys of merge-keys.ts and follows the directives $patch,
 * $retainKeys, $setElementOrder and $deleteFromPrimitiveList.
 */
import { attributesOf, itemTypeOf, valueTypeOf } from '../kinds/models.ts';
import { isRecord } from '../objects.ts';
import { mergeKeyOf } from './merge-keys.ts';

type Fields = Record<string, unknown>;

/** Applies a strategic merge patch to a copy of an object of a model. */
export function strategicallyPatched(current: unknown, patch: unknown, model: string): unknown {
  if (!isRecord(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  if (patch['$patch'] === 'delete') return {};
  const before: Fields = isRecord(current) ? current : {};
  const out = retained(before, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    if (value === null) {
      Reflect.deleteProperty(out, key);
    } else {
      out[key] = patchedField(out[key], value, { model, key, patch });
    }
  }
  return withPrimitivesDeleted(out, patch);
}

interface Field {
  readonly model: string;
  readonly key: string;
  readonly patch: Fields;
}

function patchedField(current: unknown, value: unknown, { model, key, patch }: Field): unknown {
  const type = attributesOf(model)?.get(key)?.type ?? valueTypeOf(model) ?? 'any';
  const item = itemTypeOf(type);
  if (!Array.isArray(value) || item === undefined) {
    return strategicallyPatched(current, value, type);
  }
  const mergeKey = mergeKeyOf(model, key);
  if (mergeKey === undefined) return withoutDirectives(value);
  const before: unknown[] = Array.isArray(current) ? current : [];
  const merged =
    mergeKey === ''
      ? [...new Set([...before, ...(value as unknown[])])]
      : mergedItems(before, value, { mergeKey, item });
  return ordered(merged, patch[`$setElementOrder/${key}`], mergeKey);
}

interface ListForm {
  readonly mergeKey: string;
  readonly item: string;
}

function mergedItems(
  current: readonly unknown[],
  patch: readonly unknown[],
  { mergeKey, item }: ListForm,
): unknown[] {
  if (patch.some((each) => isRecord(each) && each['$patch'] === 'replace')) {
    return patch.filter((each) => !isRecord(each) || each['$patch'] === undefined);
  }
  const out = [...current];
  for (const each of patch.filter(isRecord)) {
    const at = out.findIndex((old) => isRecord(old) && isSameItem(old, each, mergeKey));
    if (each['$patch'] === 'delete') {
      if (at >= 0) out.splice(at, 1);
    } else if (at >= 0) {
      out[at] = strategicallyPatched(out[at], each, item);
    } else {
      out.push(strategicallyPatched({}, each, item));
    }
  }
  return out;
}

/** Two protocols may share a port number. */
function isSameItem(old: Fields, next: Fields, mergeKey: string): boolean {
  if (old[mergeKey] !== next[mergeKey]) return false;
  const [before, after] = [old['protocol'], next['protocol']];
  return before === undefined || after === undefined || before === after;
}

function ordered(items: unknown[], order: unknown, mergeKey: string): unknown[] {
  if (!Array.isArray(order)) return items;
  const keyOf = (item: unknown): unknown =>
    mergeKey === '' ? item : isRecord(item) ? item[mergeKey] : undefined;
  const wanted = order.map(keyOf);
  const rank = (item: unknown): number => {
    const at = wanted.indexOf(keyOf(item));
    return at < 0 ? wanted.length : at;
  };
  return [...items].sort((a, b) => rank(a) - rank(b));
}

function retained(before: Fields, patch: Fields): Fields {
  const keep = patch['$retainKeys'];
  if (!Array.isArray(keep)) return { ...before };
  return Object.fromEntries(Object.entries(before).filter(([key]) => keep.includes(key)));
}

function withPrimitivesDeleted(out: Fields, patch: Fields): Fields {
  const prefix = '$deleteFromPrimitiveList/';
  for (const [key, value] of Object.entries(patch)) {
    const field = key.slice(prefix.length);
    const list = out[field];
    if (key.startsWith(prefix) && Array.isArray(list) && Array.isArray(value)) {
      out[field] = list.filter((each) => !value.includes(each));
    }
  }
  return out;
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('$'))
      .map(([key, inner]) => [key, withoutDirectives(inner)]),
  );
}
