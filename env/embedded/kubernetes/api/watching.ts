/**
 * Watches: first what is there or what has changed since a version, then each change as it is stored.
 */
import type { ServerResponse } from 'node:http';
import { apiVersionOf, type Kind, tableOf } from '../kinds/kind.ts';
import type { KubeObject } from '../objects.ts';
import { ApiError, badRequest, gone } from '../status.ts';
import type { Change, Scope, Store } from '../store/store.ts';
import { textOf } from './answer.ts';
import { isOn } from './request.ts';
import { metadataOf, tableFor, wantsMetadata, wantsTable } from './table.ts';

/** What is watched, and by whom. */
export interface WatchRequest {
  readonly kind: Kind;
  readonly scope: Scope;
  readonly matches: (object: KubeObject) => boolean;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
}

const bookmarkMs = 10_000;
const longestMs = 30 * 60_000;

/** Serves one watch until its time is over or its client leaves. */
export function serveWatch(store: Store, request: WatchRequest, response: ServerResponse): void {
  const from = versionOf(request.query);
  const table = tableOf(request.kind);
  const missed = from === undefined ? [] : store.changesAfter(table, from);
  response.statusCode = 200;
  response.setHeader('content-type', 'application/json;stream=watch');
  response.setHeader('cache-control', 'no-cache, private');
  if (missed === undefined) {
    const error = gone(`too old resource version: ${from ?? 0} (${store.version})`);
    response.end(`{"type":"ERROR","object":${JSON.stringify(error.status)}}\n`);
    return;
  }
  response.flushHeaders();
  new Watch(store, request, response).start(missed, from === undefined);
}

function versionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  if (text === '' || text === '0' || isOn(query, 'sendInitialEvents')) return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version "${text}"`);
  return Number(text);
}

class Watch {
  readonly #store: Store;
  readonly #request: WatchRequest;
  readonly #response: ServerResponse;
  readonly #render: (object: KubeObject) => string;

  constructor(store: Store, request: WatchRequest, response: ServerResponse) {
    this.#store = store;
    this.#request = request;
    this.#response = response;
    this.#render = renderer(request);
  }

  start(missed: readonly Change[], isFromNow: boolean): void {
    const { kind, scope, query } = this.#request;
    const table = tableOf(kind);
    if (isFromNow) this.#sendAll(table, scope);
    for (const change of missed) {
      if (isWithin(scope, change.object)) this.#take(change);
    }
    if (isOn(query, 'sendInitialEvents')) this.#bookmark({ 'k8s.io/initial-events-end': 'true' });
    const stop = this.#store.listen(table, scope, (change) => {
      this.#take(change);
    });
    const seconds = Number(query.get('timeoutSeconds') ?? 0);
    const beats = isOn(query, 'allowWatchBookmarks')
      ? setInterval(() => {
          this.#bookmark();
        }, bookmarkMs).unref()
      : undefined;
    const end = setTimeout(
      () => {
        if (beats !== undefined) this.#bookmark();
        this.#response.end();
      },
      seconds > 0 ? seconds * 1_000 : longestMs,
    ).unref();
    this.#response.once('close', () => {
      stop();
      clearInterval(beats);
      clearTimeout(end);
    });
  }

  #sendAll(table: string, scope: Scope): void {
    for (const object of this.#store.list(table, scope.namespace)) {
      if (isWithin(scope, object) && this.#request.matches(object)) this.#send('ADDED', object);
    }
  }

  /** What comes to fit a selector is new to a watcher, and what no longer fits is gone for it. */
  #take({ type, object, previous }: Change): void {
    const { matches } = this.#request;
    const was = previous !== undefined && matches(previous);
    const is = type !== 'DELETED' && matches(object);
    if (is) this.#send(was ? 'MODIFIED' : 'ADDED', object);
    else if (was) this.#send('DELETED', object);
  }

  #send(type: string, object: KubeObject): void {
    this.#write(`{"type":"${type}","object":${this.#render(object)}}\n`);
  }

  #bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { kind } = this.#request;
    const metadata = {
      resourceVersion: String(this.#store.version),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    const object = { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata };
    this.#write(`{"type":"BOOKMARK","object":${JSON.stringify(object)}}\n`);
  }

  /** Between the end of a watch and the word that it is over, changes may still come. */
  #write(line: string): void {
    if (!this.#response.writableEnded) this.#response.write(line);
  }
}

function isWithin({ namespace, name }: Scope, { metadata }: KubeObject): boolean {
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    (name === undefined || metadata.name === name)
  );
}

function renderer({ kind, accept, query }: WatchRequest): (object: KubeObject) => string {
  if (wantsTable(accept)) {
    let hasColumns = true;
    return (object) => {
      const { resourceVersion } = object.metadata;
      const includeObject = query.get('includeObject');
      const options = { includeObject, hasColumns, metadata: { resourceVersion } };
      hasColumns = false;
      return JSON.stringify(tableFor(kind, [object], options));
    };
  }
  if (wantsMetadata(accept)) return (object) => JSON.stringify(metadataOf(object));
  const { view } = kind;
  return view === undefined ? textOf : (object) => JSON.stringify(view.fromStored(object));
}

/** The refusal of a version that is not there yet. */
export function tooLarge(wanted: string, version: number): ApiError {
  const message = `Timeout: Too large resource version: ${wanted}, current: ${version}`;
  return new ApiError(504, 'Timeout', { message, details: { retryAfterSeconds: 1 } });
}
