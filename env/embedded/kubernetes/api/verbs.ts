/**
 * Reads and writes objects under the rules of the API: defaults, validation, admission, versions,
 * finalizers and deletion. The server uses it for clients, the controllers use it directly.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Random } from '../../world.ts';
import { apiVersionOf, type Kind, tableOf } from '../kinds/kind.ts';
import { checkFinalizers, checkMetadata } from '../kinds/names.ts';
import type { Kinds } from '../kinds/registry.ts';
import { copyOf, type KubeObject, moment } from '../objects.ts';
import type { User } from '../parts.ts';
import {
  alreadyExists,
  anotherObject,
  badRequest,
  conflict,
  notFound,
  Problems,
} from '../status.ts';
import type { Store } from '../store/store.ts';
import { type Deletion, gracefully, type Removal } from './deletion.ts';
import { carriedOver, restOf } from './updates.ts';

/** An object's place. */
export interface Ref {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** How something is written. */
export interface Writing {
  readonly isDryRun?: boolean;
  readonly user?: User;
  /** Only this part is written. */
  readonly subresource?: 'status';
}

/** Something that is about to be stored. */
export interface Admitted {
  readonly kind: Kind;
  readonly object: KubeObject;
  readonly current: KubeObject | undefined;
  readonly writing: Writing;
}

/** A rule that completes or refuses what is about to be stored. */
export interface Admission {
  mutate?(request: Admitted): void;
  validate?(request: Admitted): void;
}

/** What a new object consists of before the server has completed it. */
export interface Draft {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Partial<KubeObject['metadata']>;
  readonly spec?: unknown;
  readonly status?: unknown;
}

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** The verbs of the API on stored objects. */
export class Api {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly admissions: Admission[] = [];
  readonly #random: Random;

  constructor(store: Store, kinds: Kinds, random: Random) {
    this.store = store;
    this.kinds = kinds;
    this.#random = random;
  }

  /** A built-in kind, which is always there. */
  kind(apiVersion: string, kind: string): Kind {
    const found = this.kinds.named(apiVersion, kind);
    if (found === undefined) throw new Error(`The kind ${apiVersion} ${kind} is not served.`);
    return found;
  }

  find(kind: Kind, { namespace, name }: Ref): KubeObject | undefined {
    return this.store.get(tableOf(kind), kind.isNamespaced ? namespace : undefined, name);
  }

  get(kind: Kind, ref: Ref): KubeObject {
    const found = this.find(kind, ref);
    if (found === undefined) throw notFound(kind, ref.name);
    return found;
  }

  list(kind: Kind, namespace?: string): KubeObject[] {
    return this.store.list(tableOf(kind), namespace);
  }

  create(kind: Kind, draft: Draft, writing: Writing = {}): KubeObject {
    const object = this.#newObject(kind, draft);
    kind.strategy.defaults?.(object);
    const request: Admitted = { kind, object, current: undefined, writing };
    for (const admission of this.admissions) admission.mutate?.(request);
    kind.strategy.prepareCreate?.(object);
    this.#validate(request);
    for (const admission of this.admissions) admission.validate?.(request);
    if (this.find(kind, object.metadata) !== undefined) {
      throw alreadyExists(kind, object.metadata.name);
    }
    return writing.isDryRun === true ? object : this.store.put(tableOf(kind), object);
  }

  /** Puts an object in the place of the one that is there. */
  update(kind: Kind, next: KubeObject, writing: Writing = {}): KubeObject {
    const current = this.get(kind, next.metadata);
    this.#checkVersion(kind, next, current);
    const object = restOf(kind, { next, current, subresource: writing.subresource });
    carriedOver(kind, object, current);
    kind.strategy.defaults?.(object);
    kind.strategy.prepareUpdate?.(object, current);
    this.#admit({ kind, object, current, writing });
    if (writing.isDryRun === true) return object;
    return isDeepStrictEqual(object, current) ? current : this.#stored(kind, object);
  }

  /** Changes a copy of an object and stores it; gives undefined when there is none. */
  change<T extends KubeObject>(kind: Kind, ref: Ref, mutate: (draft: T) => void): T | undefined {
    const current = this.find(kind, ref);
    if (current === undefined) return undefined;
    const draft = copyOf(current);
    mutate(draft as T);
    if (isDeepStrictEqual(draft, current)) return current as T;
    if (kind.hasGeneration && !isDeepStrictEqual(draft.spec, current.spec)) {
      draft.metadata.generation = (current.metadata.generation ?? 0) + 1;
    }
    return this.#stored(kind, draft) as T;
  }

  /** Deletes an object, or marks it for deletion while something holds it. */
  remove(kind: Kind, ref: Ref, deletion: Deletion = {}): Removal {
    const current = this.get(kind, ref);
    this.#checkPreconditions(kind, current, deletion);
    const object = copyOf(current);
    const isHeld = gracefully(kind, object, deletion);
    if (deletion.isDryRun === true) return { object, isGone: false };
    if (!isHeld) return { object: this.store.remove(tableOf(kind), object), isGone: true };
    return isDeepStrictEqual(object, current)
      ? { object: current, isGone: false }
      : { object: this.store.put(tableOf(kind), object), isGone: false };
  }

  /** A name that nobody has yet. */
  nameAfter(prefix: string): string {
    const letters = Array.from(
      { length: 5 },
      () => suffixLetters[this.#random.between(0, suffixLetters.length - 1)],
    );
    return `${prefix.slice(0, 58)}${letters.join('')}`;
  }

  #newObject(kind: Kind, draft: Draft): KubeObject {
    const { resourceVersion, name = '', generateName } = draft.metadata;
    if (resourceVersion !== undefined && resourceVersion !== '') {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const { metadata, ...rest } = draft;
    const named = name === '' && generateName !== undefined && generateName !== '';
    return {
      ...rest,
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: {
        ...withoutServerFields(metadata),
        name: named ? this.nameAfter(generateName) : name,
        uid: this.#random.uuid(),
        resourceVersion: '',
        creationTimestamp: moment(),
        ...(kind.hasGeneration ? { generation: 1 } : {}),
      },
    };
  }

  #admit(request: Admitted): void {
    for (const admission of this.admissions) admission.mutate?.(request);
    this.#validate(request);
    for (const admission of this.admissions) admission.validate?.(request);
  }

  #stored(kind: Kind, object: KubeObject): KubeObject {
    const { metadata } = object;
    const isEnding = metadata.deletionTimestamp !== undefined;
    const isFree = (metadata.finalizers ?? []).length === 0;
    const isGraceOver = (metadata.deletionGracePeriodSeconds ?? 0) === 0;
    const isFinal = kind.kind !== 'Namespace' || kind.group !== '';
    return isEnding && isFree && isGraceOver && isFinal
      ? this.store.remove(tableOf(kind), object)
      : this.store.put(tableOf(kind), object);
  }

  #validate({ kind, object, current }: Admitted): void {
    const problems = new Problems();
    checkMetadata(problems, object, kind.strategy.names ?? 'subdomain');
    kind.strategy.validate?.(object, problems);
    if (current !== undefined) {
      checkFinalizers(problems, object, current);
      kind.strategy.validateUpdate?.(object, current, problems);
    }
    problems.refuse(kind, object.metadata.name);
  }

  #checkVersion(kind: Kind, next: KubeObject, current: KubeObject): void {
    const { name } = current.metadata;
    const { uid, resourceVersion } = next.metadata as Partial<KubeObject['metadata']>;
    if (uid !== undefined && uid !== '' && uid !== current.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
      throw conflict(kind, name, why);
    }
    const isStale =
      resourceVersion !== undefined &&
      resourceVersion !== '' &&
      resourceVersion !== current.metadata.resourceVersion;
    if (isStale) throw conflict(kind, name);
  }

  #checkPreconditions(kind: Kind, { metadata }: KubeObject, deletion: Deletion): void {
    for (const field of ['uid', 'resourceVersion'] as const) {
      const wanted = deletion.preconditions?.[field];
      if (wanted !== undefined && wanted !== metadata[field]) {
        throw anotherObject(kind, metadata.name, [field, wanted, metadata[field]]);
      }
    }
  }
}

/** Only the server decides these. */
function withoutServerFields(metadata: Draft['metadata']): Draft['metadata'] {
  const kept = { ...metadata };
  delete kept.deletionTimestamp;
  delete kept.deletionGracePeriodSeconds;
  delete kept.managedFields;
  delete kept.selfLink;
  delete kept.generation;
  return kept;
}
