/**
 * Deletes what has lost its owners, and carries out foreground and orphan deletion. Owners are found by
 * an index of uids, never by looking through everything.
 */
import type { Api } from '../api/verbs.ts';
import { apiVersionOf, type Kind, tableOf } from '../kinds/kind.ts';
import type { KubeObject, OwnerReference } from '../objects.ts';
import { type Ground, Loop } from './loop.ts';

interface Held {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Collects garbage among all kinds, also those that are defined later. */
export class GarbageCollector {
  readonly #api: Api;
  readonly #loop: Loop;
  readonly #closing: AbortSignal;
  readonly #followed = new Set<string>();
  readonly #alive = new Map<string, Held>();
  readonly #dependents = new Map<string, Map<string, Held>>();

  constructor(ground: Ground) {
    this.#api = ground.api;
    this.#closing = ground.world.closing;
    this.#loop = new Loop(ground, 'garbage collector', (uid) => {
      this.#collect(uid);
    });
    for (const kind of ground.api.kinds.all()) this.follow(kind);
  }

  /** Includes a kind. */
  follow(kind: Kind): void {
    const table = tableOf(kind);
    if (this.#followed.has(table) || kind.view !== undefined || kind.plural === 'events') return;
    this.#followed.add(table);
    for (const object of this.#api.store.each(table)) this.#note(kind, object);
    const stop = this.#api.store.listen(table, {}, ({ type, object, previous }) => {
      if (previous !== undefined) this.#forget(previous);
      if (type === 'DELETED') this.#gone(object);
      else this.#note(kind, object);
    });
    this.#closing.addEventListener('abort', stop, { once: true });
  }

  #note(kind: Kind, object: KubeObject): void {
    const { uid, namespace, name, ownerReferences, deletionTimestamp } = object.metadata;
    const held = { kind, namespace, name };
    this.#alive.set(uid, held);
    for (const owner of ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid) ?? new Map<string, Held>();
      this.#dependents.set(owner.uid, dependents);
      dependents.set(uid, held);
    }
    if ((ownerReferences ?? []).length > 0 || deletionTimestamp !== undefined) this.#loop.add(uid);
  }

  #forget({ metadata }: KubeObject): void {
    for (const owner of metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(metadata.uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }

  #gone({ metadata }: KubeObject): void {
    this.#alive.delete(metadata.uid);
    for (const uid of this.#dependents.get(metadata.uid)?.keys() ?? []) this.#loop.add(uid);
    for (const owner of metadata.ownerReferences ?? []) this.#loop.add(owner.uid);
  }

  #collect(uid: string): void {
    const held = this.#alive.get(uid);
    const object = held === undefined ? undefined : this.#api.find(held.kind, held);
    if (held === undefined || object?.metadata.uid !== uid) return;
    if (object.metadata.deletionTimestamp !== undefined) {
      this.#finish(held.kind, object);
      return;
    }
    this.#judge(held.kind, object);
  }

  /** Deletes an object all of whose owners are gone, or wait for it. */
  #judge(kind: Kind, object: KubeObject): void {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const present = owners.filter((owner) => this.#isThere(owner, object));
    const waiting = present.filter((owner) => this.#isWaitingFor(owner));
    if (present.length > 0 && waiting.length < present.length) {
      if (present.length < owners.length) this.#dropOwners(kind, object, present);
      return;
    }
    const propagationPolicy = waiting.length > 0 ? 'Foreground' : 'Background';
    this.#api.remove(kind, object.metadata, { propagationPolicy });
  }

  #dropOwners(kind: Kind, { metadata }: KubeObject, present: OwnerReference[]): void {
    this.#api.change(kind, metadata, (draft) => {
      draft.metadata.ownerReferences = present;
    });
  }

  #isThere(owner: OwnerReference, { metadata }: KubeObject): boolean {
    const held = this.#alive.get(owner.uid);
    if (held === undefined) return false;
    const isSame = apiVersionOf(held.kind) === owner.apiVersion || held.kind.kind === owner.kind;
    return isSame && (!held.kind.isNamespaced || held.namespace === metadata.namespace);
  }

  /** An owner in foreground deletion waits for its dependents to go. */
  #isWaitingFor(owner: OwnerReference): boolean {
    const held = this.#alive.get(owner.uid);
    const object = held === undefined ? undefined : this.#api.find(held.kind, held);
    return (
      object?.metadata.deletionTimestamp !== undefined &&
      object.metadata.finalizers?.includes('foregroundDeletion') === true
    );
  }

  #finish(kind: Kind, { metadata }: KubeObject): void {
    const dependents = [...(this.#dependents.get(metadata.uid)?.entries() ?? [])];
    if (metadata.finalizers?.includes('orphan') === true) {
      for (const [, held] of dependents) {
        this.#api.change(held.kind, held, (draft) => {
          const left = (draft.metadata.ownerReferences ?? []).filter(
            ({ uid }) => uid !== metadata.uid,
          );
          if (left.length > 0) draft.metadata.ownerReferences = left;
          else delete draft.metadata.ownerReferences;
        });
      }
      this.#release(kind, metadata, 'orphan');
    } else if (metadata.finalizers?.includes('foregroundDeletion') === true) {
      for (const [uid] of dependents) this.#loop.add(uid);
      if (!dependents.some(([, held]) => this.#blocks(held, metadata.uid))) {
        this.#release(kind, metadata, 'foregroundDeletion');
      }
    }
  }

  #blocks(held: Held, owner: string): boolean {
    const object = this.#api.find(held.kind, held);
    return (object?.metadata.ownerReferences ?? []).some(
      ({ uid, blockOwnerDeletion }) => uid === owner && blockOwnerDeletion === true,
    );
  }

  #release(kind: Kind, metadata: KubeObject['metadata'], finalizer: string): void {
    this.#api.change(kind, metadata, (draft) => {
      const left = (draft.metadata.finalizers ?? []).filter((one) => one !== finalizer);
      if (left.length > 0) draft.metadata.finalizers = left;
      else delete draft.metadata.finalizers;
    });
  }
}
