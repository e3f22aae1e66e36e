/**
 * A copy of all objects of one kind, kept by list and watch. What a program has just written can be put
 * in, so that its next look does not see an older state.
 */
import type { World } from '../../world.ts';
import { type Kube, KubeRefusal, type WatchEvent } from './kube.ts';
import { keyOf, pathOf, type Resource, type ResourceKind } from './resources.ts';

/** Told about each change; `now` is undefined after a deletion. */
export type Listener<T> = (now: T | undefined, before: T | undefined) => void;

/** How a copy is kept. */
export interface InformerOptions {
  readonly kube: Kube;
  readonly world: World;
  readonly signal: AbortSignal;
  readonly relistMs: number;
  /** A label or field selector in the form of a query. */
  readonly selector?: string;
}

const reconnectMs = 100;

/** The copy. */
export class Informer<T extends Resource> {
  readonly #kind: ResourceKind<T>;
  readonly #options: InformerOptions;
  readonly #objects = new Map<string, T>();
  /** By namespace, as most looks are into one. */
  readonly #spaces = new Map<string, Map<string, T>>();
  readonly #listeners: Listener<T>[] = [];
  #version = '';

  constructor(kind: ResourceKind<T>, options: InformerOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /** Takes the first list, then follows changes until the signal. */
  async start(): Promise<void> {
    await this.#list();
    void this.#follow();
  }

  onChange(listener: Listener<T>): void {
    this.#listeners.push(listener);
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  all(): readonly T[] {
    return [...this.#objects.values()];
  }

  in(namespace: string): readonly T[] {
    return [...(this.#spaces.get(namespace)?.values() ?? [])];
  }

  /** Takes over what a write has answered, unless something newer is here. */
  put(object: T): T {
    const { apiVersion, kind } = this.#kind;
    this.#take({ ...object, apiVersion, kind });
    return object;
  }

  /** Forgets an object that a program knows to be gone. */
  drop(object: T): void {
    const key = keyOf(object);
    if (this.#objects.get(key)?.metadata.uid === object.metadata.uid) this.#lose(key);
  }

  async #list(): Promise<void> {
    const { kube, selector = '', signal } = this.#options;
    const { items, version } = await kube.list(this.#kind, selector, signal);
    this.#version = version;
    const present = new Set(items.map(keyOf));
    for (const item of items) this.#take(item);
    for (const [key, { metadata }] of [...this.#objects]) {
      if (!present.has(key) && Number(metadata.resourceVersion) <= Number(version)) this.#lose(key);
    }
  }

  async #follow(): Promise<void> {
    const { signal, world } = this.#options;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      try {
        await this.#watchOnce();
      } catch (error) {
        if (isOver()) return;
        await world.delay(reconnectMs, signal).catch(() => undefined);
        if (error instanceof KubeRefusal && error.status === 410) await this.#relist();
      }
    }
  }

  async #relist(): Promise<void> {
    await this.#list().catch((error: unknown) => {
      const { plural } = this.#kind;
      this.#options.world.log('kuryr-controller', `Listing ${plural}: ${(error as Error).message}`);
    });
  }

  async #watchOnce(): Promise<void> {
    const { kube, selector = '', signal, relistMs } = this.#options;
    const query = new URLSearchParams(selector);
    query.set('watch', 'true');
    query.set('allowWatchBookmarks', 'true');
    query.set('resourceVersion', this.#version);
    query.set('timeoutSeconds', String(Math.round(relistMs / 1_000)));
    await kube.watch(
      `${pathOf(this.#kind)}?${query.toString()}`,
      (event) => {
        // An outdated version ends in a full list, as the end of any stream does.
        if (event.type !== 'ERROR') this.#apply(event);
      },
      signal,
    );
    if (!signal.aborted) await this.#relist();
  }

  #apply({ type, object }: WatchEvent): void {
    this.#version = object.metadata.resourceVersion;
    if (type === 'BOOKMARK') return;
    const { apiVersion, kind } = this.#kind;
    const known = { ...object, apiVersion, kind } as T;
    if (type === 'DELETED') {
      const held = this.#objects.get(keyOf(known));
      if (held?.metadata.uid === known.metadata.uid) this.#lose(keyOf(known), known);
    } else {
      this.#take(known);
    }
  }

  #take(object: T): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    const isOlder =
      before?.metadata.uid === object.metadata.uid &&
      Number(before.metadata.resourceVersion) >= Number(object.metadata.resourceVersion);
    if (isOlder) return;
    this.#objects.set(key, object);
    const namespace = object.metadata.namespace ?? '';
    const space = this.#spaces.get(namespace) ?? new Map<string, T>();
    this.#spaces.set(namespace, space.set(key, object));
    for (const listener of this.#listeners) listener(object, before);
  }

  #lose(key: string, last?: T): void {
    const before = last ?? this.#objects.get(key);
    this.#objects.delete(key);
    const namespace = before?.metadata.namespace ?? '';
    const space = this.#spaces.get(namespace);
    space?.delete(key);
    if (space?.size === 0) this.#spaces.delete(namespace);
    for (const listener of this.#listeners) listener(undefined, before);
  }
}
