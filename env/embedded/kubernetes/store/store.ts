/**
 * Keeps objects with one version counter for all, remembers the latest changes of each kind, and tells
 * watchers by three indexes: everybody, those of a namespace, those of one name. Objects in it are never
 * changed in place.
 */
import type { KubeObject } from '../objects.ts';

/** A change of an object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: KubeObject;
  /** What the object was before. */
  readonly previous: KubeObject | undefined;
}

/** Which changes of a kind a watcher wants. */
export interface Scope {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** Hears of changes at the moment they are stored. */
export type Listener = (change: Change) => void;

const keptChanges = 2_000;

class Table {
  readonly objects = new Map<string, KubeObject>();
  readonly byNamespace = new Map<string, Map<string, KubeObject>>();
  readonly history: Change[] = [];
  readonly listeners = new Map<string, Set<Listener>>();
  /** The oldest version from which a watch can go on. */
  oldest = 0;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

const scopeKey = ({ namespace, name }: Scope): string =>
  name === undefined ? `${namespace ?? '*'}/` : `${namespace ?? '*'}/${name}`;

/** All objects of a cluster. */
export class Store {
  readonly #tables = new Map<string, Table>();
  #version = 1;

  get version(): number {
    return this.#version;
  }

  get(table: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#tables.get(table)?.objects.get(keyOf(namespace, name));
  }

  /** The objects of a kind in order of their keys, of one namespace or all. */
  list(table: string, namespace?: string): KubeObject[] {
    const found = this.#tables.get(table);
    const objects = namespace === undefined ? found?.objects : found?.byNamespace.get(namespace);
    return [...(objects ?? [])].sort(byKey).map(([, object]) => object);
  }

  /** As `list`, in no order; for those who look at everything often. */
  each(table: string, namespace?: string): Iterable<KubeObject> {
    const found = this.#tables.get(table);
    const objects = namespace === undefined ? found?.objects : found?.byNamespace.get(namespace);
    return objects?.values() ?? [];
  }

  /** Stores an object under a new version, which it writes into the object's metadata. */
  put(table: string, object: KubeObject): KubeObject {
    const { namespace, name } = object.metadata;
    const kept = this.#table(table);
    const key = keyOf(namespace, name);
    const previous = kept.objects.get(key);
    this.#stamp(object);
    kept.objects.set(key, object);
    this.#shelf(kept, namespace).set(key, object);
    this.#tell(kept, { type: previous === undefined ? 'ADDED' : 'MODIFIED', object, previous });
    return object;
  }

  /** Takes an object away; gives its last state. */
  remove(table: string, object: KubeObject): KubeObject {
    const { namespace, name } = object.metadata;
    const kept = this.#table(table);
    const key = keyOf(namespace, name);
    const last = { ...object, metadata: { ...object.metadata } };
    this.#stamp(last);
    kept.objects.delete(key);
    this.#shelf(kept, namespace).delete(key);
    this.#tell(kept, { type: 'DELETED', object: last, previous: object });
    return last;
  }

  /** Calls a listener at each change from now on; gives what ends it. */
  listen(table: string, scope: Scope, listener: Listener): () => void {
    const { listeners } = this.#table(table);
    const key = scopeKey(scope);
    const group = listeners.get(key) ?? new Set();
    listeners.set(key, group);
    group.add(listener);
    return () => {
      group.delete(listener);
      if (group.size === 0 && listeners.get(key) === group) listeners.delete(key);
    };
  }

  /** The changes after a version; undefined when they are no longer known. */
  changesAfter(table: string, version: number): readonly Change[] | undefined {
    const kept = this.#table(table);
    if (version < kept.oldest) return undefined;
    const { history } = kept;
    let start = history.length;
    while (start > 0 && (history[start - 1]?.version ?? 0) > version) start -= 1;
    return history.slice(start);
  }

  /** Forgets all changes, as a compaction does: older watches have to list again. */
  compact(): void {
    for (const table of this.#tables.values()) {
      table.history.length = 0;
      table.oldest = this.#version;
    }
  }

  #stamp(object: KubeObject): void {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
  }

  #tell(table: Table, event: Omit<Change, 'version'>): void {
    const change: Change = { ...event, version: this.#version };
    table.history.push(change);
    if (table.history.length > keptChanges) {
      const dropped = table.history.splice(0, keptChanges / 4);
      table.oldest = dropped.at(-1)?.version ?? table.oldest;
    }
    const { namespace = '', name } = change.object.metadata;
    for (const key of ['*/', `${namespace}/`, `${namespace}/${name}`, `*/${name}`]) {
      for (const listener of [...(table.listeners.get(key) ?? [])]) listener(change);
    }
  }

  #table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new Table();
      this.#tables.set(name, table);
    }
    return table;
  }

  #shelf(table: Table, namespace = ''): Map<string, KubeObject> {
    let shelf = table.byNamespace.get(namespace);
    if (shelf === undefined) {
      shelf = new Map();
      table.byNamespace.set(namespace, shelf);
    }
    return shelf;
  }
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
