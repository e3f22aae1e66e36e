/**
 * The levers of a mutant: methods of classes of this process that are replaced until the stack has ended,
 * and what is put between the parts of a stack (fittings). No part knows that there are mutants.
 */
import type { EmbeddedDataPlane } from '../dataplane/data-plane.ts';
import type { Fittings } from '../fittings.ts';
import { Cloud } from '../kuryr/api/cloud.ts';
import type { KuryrSettings } from '../kuryr/settings.ts';
import { type Answer, type Exchange, Routes } from '../openstack/http/routes.ts';
import type { CloudState } from '../openstack/state.ts';
import type { CloudView } from '../seams.ts';

type Method = (...args: never[]) => unknown;
type Methods<T> = { [K in keyof T as T[K] extends Method ? K : never]: T[K] };
type ArgumentsOf<T> = T extends (...args: infer A) => unknown ? A : never;
type ResultOf<T> = T extends (...args: never[]) => infer R ? R : never;

/** Fields of an object that somebody asks an API to make or to change. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a call is replaced with: it gets the call as it would have been, and the object. */
export type Replacement<T, K extends keyof Methods<T>> = (
  call: (...args: ArgumentsOf<Methods<T>[K]>) => ResultOf<Methods<T>[K]>,
  self: T,
) => (...args: ArgumentsOf<Methods<T>[K]>) => ResultOf<Methods<T>[K]>;

type Serve = (exchange: Exchange) => Promise<Answer> | Answer;

/** Ways to put a defect into a stack. */
export class Levers implements Disposable {
  readonly #undo: (() => void)[] = [];
  readonly #settings: ((settings: KuryrSettings) => KuryrSettings)[] = [];
  readonly #states: ((state: CloudState) => void)[] = [];
  readonly #views: ((view: CloudView) => CloudView)[] = [];
  readonly #dataPlanes: ((dataPlane: EmbeddedDataPlane) => EmbeddedDataPlane)[] = [];

  /** What was asked for, in the form in which a stack is composed with it. */
  get fittings(): Fittings {
    return {
      settings: (settings) => this.#settings.reduce((last, change) => change(last), settings),
      state: (state) => {
        for (const look of this.#states) look(state);
      },
      view: (view) => this.#views.reduce((last, change) => change(last), view),
      dataPlane: (plane) => this.#dataPlanes.reduce((last, change) => change(last), plane),
    };
  }

  /** Changes the settings of Kuryr. */
  settings(change: (settings: KuryrSettings) => KuryrSettings): void {
    this.#settings.push(change);
  }

  /** Looks at the cloud's tables before they are used, to override methods of single ones. */
  state(look: (state: CloudState) => void): void {
    this.#states.push(look);
  }

  /** Changes what the data plane sees of the cloud. */
  view(change: (view: CloudView) => CloudView): void {
    this.#views.push(change);
  }

  /** Changes the data plane as kubelets and the outside see it. */
  dataPlane(change: (dataPlane: EmbeddedDataPlane) => EmbeddedDataPlane): void {
    this.#dataPlanes.push(change);
  }

  /** Replaces a method of an object or, through its prototype, of a class. */
  override<T extends object, K extends keyof Methods<T>>(
    target: T,
    name: K,
    replacement: Replacement<T, K>,
  ): void {
    const own = Object.getOwnPropertyDescriptor(target, name);
    const original = Reflect.get(target, name) as (...args: unknown[]) => unknown;
    const value = function (this: T, ...args: unknown[]): unknown {
      const call = (...given: unknown[]): unknown => original.apply(this, given);
      return Reflect.apply(replacement(call as never, this), undefined, args);
    };
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
    this.#undo.push(() => {
      Reflect.deleteProperty(target, name);
      if (own !== undefined) Object.defineProperty(target, name, own);
    });
  }

  /** Changes what Kuryr asks Neutron or Octavia to make; undefined leaves a request as it is. */
  kuryrMakes(collection: string, change: (fields: Fields) => Fields | undefined): void {
    const isMeant = (path: string): boolean => path.split('/').at(-1) === collection;
    const changed = (path: string, fields: object): object =>
      isMeant(path) ? (change(fields as Fields) ?? fields) : fields;
    for (const method of ['create', 'createLb'] as const) {
      this.override(
        Cloud.prototype,
        method,
        (call) => (path, fields) => call(path, changed(path, fields)),
      );
    }
    this.override(
      Cloud.prototype,
      'createAll',
      (call) => (path, rows) =>
        call(
          path,
          rows.map((fields) => changed(path, fields)),
        ),
    );
  }

  /** Changes what a service of the cloud answers; `path` is matched below the prefix of the service. */
  answers(
    method: string,
    path: RegExp,
    change: (body: Fields, exchange: Exchange) => unknown,
  ): void {
    this.#exchanges(method, path, async (exchange, handler) => {
      const answer = await handler(exchange);
      const body = answer.body as Fields | undefined;
      return body === undefined ? answer : { ...answer, body: change(body, exchange) };
    });
  }

  /** Changes what a service of the cloud is asked, whoever asks. */
  asks(method: string, path: RegExp, change: (body: Fields, exchange: Exchange) => unknown): void {
    this.#exchanges(method, path, (exchange, handler) =>
      handler({ ...exchange, body: change((exchange.body ?? {}) as Fields, exchange) }),
    );
  }

  #exchanges(
    method: string,
    path: RegExp,
    serve: (exchange: Exchange, handler: Serve) => Promise<Answer> | Answer,
  ): void {
    this.override(Routes.prototype, 'find', (call) => (asked, at) => {
      const found = call(asked, at);
      if (found === undefined || asked !== method || !path.test(at)) return found;
      return { ...found, handler: (exchange) => serve(exchange, found.handler) };
    });
  }

  /** Puts all methods back. */
  [Symbol.dispose](): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
  }
}
