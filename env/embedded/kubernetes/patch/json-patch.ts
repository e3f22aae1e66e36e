/**
 * JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386).
 */
import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../objects.ts';
import { badRequest, unprocessable } from '../status.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Applies a JSON Patch to a copy of a document. */
export function jsonPatched(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  const root = { document: structuredClone(document) };
  for (const operation of patch as Operation[]) run(root, operation);
  return root.document;
}

interface Root {
  document: unknown;
}

function run(root: Root, { op, path, from = '', value }: Operation): void {
  switch (op) {
    case 'add':
      add(root, path, structuredClone(value));
      return;
    case 'remove':
      removeAt(root, path);
      return;
    case 'replace':
      removeAt(root, path);
      add(root, path, structuredClone(value));
      return;
    case 'move': {
      const moved = valueAt(root, from);
      removeAt(root, from);
      add(root, path, moved);
      return;
    }
    case 'copy':
      add(root, path, structuredClone(valueAt(root, from)));
      return;
    case 'test':
      if (!isDeepStrictEqual(valueAt(root, path, true), value ?? null)) {
        throw unprocessable();
      }
      return;
    default:
      throw badRequest(`Unexpected kind: ${op}`);
  }
}

const segmentsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));

function valueAt(root: Root, path: string, isLenient = false): unknown {
  let at = root.document;
  for (const key of segmentsOf(path)) {
    const next: unknown = Array.isArray(at) ? at[Number(key)] : isRecord(at) ? at[key] : undefined;
    if (next === undefined) {
      if (isLenient) return null;
      throw unprocessable();
    }
    at = next;
  }
  return at;
}

function parentOf(root: Root, path: string): { parent: unknown; key: string } {
  const cut = path.lastIndexOf('/');
  const [key = ''] = segmentsOf(path.slice(cut));
  return { parent: valueAt(root, path.slice(0, cut)), key };
}

function add(root: Root, path: string, value: unknown): void {
  if (path === '') {
    root.document = value;
    return;
  }
  const { parent, key } = parentOf(root, path);
  if (Array.isArray(parent)) {
    const index = key === '-' ? parent.length : Number(key);
    if (!(index >= 0 && index <= parent.length)) {
      throw unprocessable();
    }
    parent.splice(index, 0, value);
  } else if (isRecord(parent)) {
    parent[key] = value;
  } else {
    throw unprocessable();
  }
}

function removeAt(root: Root, path: string): void {
  const { parent, key } = parentOf(root, path);
  if (Array.isArray(parent) && Number(key) < parent.length) {
    parent.splice(Number(key), 1);
  } else if (isRecord(parent) && Object.hasOwn(parent, key)) {
    Reflect.deleteProperty(parent, key);
  } else {
    throw unprocessable();
  }
}

/** Applies a merge patch to a copy of a document. */
export function mergePatched(document: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const out: Record<string, unknown> = isRecord(document) ? { ...document } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(out, key);
    else out[key] = mergePatched(out[key], value);
  }
  return out;
}
