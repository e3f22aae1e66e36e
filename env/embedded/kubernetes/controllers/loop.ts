/**
 * A controller's queue: keys are worked on one after another, each once for any number of changes that
 * came in the meantime, soon after the change and never within it.
 */
import { tableOf, type Kind } from '../kinds/kind.ts';
import type { Api } from '../api/verbs.ts';
import type { KubeObject } from '../objects.ts';
import { ApiError } from '../status.ts';
import type { World } from '../../world.ts';

/** What the parts of the control plane share. */
export interface Ground {
  readonly world: World;
  readonly api: Api;
}

/** Finds the keys that a change concerns. */
export type KeysOf = (object: KubeObject, previous?: KubeObject) => Iterable<string>;

/** The usual key of an object. */
export const keyOf = ({ metadata }: KubeObject): string =>
  `${metadata.namespace ?? ''}/${metadata.name}`;

/** The place that a key stands for. */
export function placeOf(key: string): { namespace: string; name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}

const retryMs = 100;

/** One controller. */
export class Loop {
  readonly #ground: Ground;
  readonly #name: string;
  readonly #reconcile: (key: string) => void;
  readonly #waiting = new Set<string>();
  #isAwake = false;

  constructor(ground: Ground, name: string, reconcile: (key: string) => void) {
    this.#ground = ground;
    this.#name = name;
    this.#reconcile = reconcile;
  }

  /** Works on keys whenever objects of a kind change. */
  follow(kind: Kind, keys: KeysOf = (object) => [keyOf(object)]): this {
    const { api, world } = this.#ground;
    const table = tableOf(kind);
    for (const object of api.store.each(table)) this.#addAll(keys(object));
    const stop = api.store.listen(table, {}, ({ type, object, previous }) => {
      // What is gone concerns everybody whom it concerned, whatever it was like before.
      this.#addAll(keys(object, type === 'DELETED' ? undefined : previous));
    });
    world.closing.addEventListener('abort', stop, { once: true });
    return this;
  }

  add(key: string): void {
    this.#waiting.add(key);
    if (this.#isAwake) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#run();
    });
  }

  /** Works on a key after a while. */
  addAfter(key: string, ms: number): void {
    this.#ground.world.delay(ms).then(
      () => {
        this.add(key);
      },
      () => undefined,
    );
  }

  #addAll(keys: Iterable<string>): void {
    for (const key of keys) this.add(key);
  }

  #run(): void {
    this.#isAwake = false;
    const keys = [...this.#waiting];
    this.#waiting.clear();
    if (this.#ground.world.closing.aborted) return;
    for (const key of keys) this.#work(key);
  }

  #work(key: string): void {
    try {
      this.#reconcile(key);
    } catch (error) {
      const text = error instanceof ApiError ? error.message : (error as Error).stack;
      this.#ground.world.log('kubernetes', `${this.#name} ${key}: ${text ?? ''}`);
      this.addAfter(key, retryMs);
    }
  }
}
