/**
 * The client of the Kubernetes API that Kuryr's programs use: JSON over HTTPS with a service account's
 * token, merge and JSON patches, and watches as streams of lines.
 */
import type { Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { agentFor, opened, textOf } from '../../https.ts';
import { isGoing, type Metadata, pathOf, type Resource, type ResourceKind } from './resources.ts';

/** Where the API is, and who asks. */
export interface KubeAccess {
  readonly url: string;
  /** The authority of its certificate, as PEM. */
  readonly ca: string;
  readonly token: string;
}

/** The API answered with an error status. */
export class KubeRefusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(asked: string, status: number, said: { reason?: string; message?: string }) {
    super(`${asked}: ${status} ${said.reason ?? ''} ${said.message ?? ''}`);
    this.status = status;
    this.reason = said.reason ?? '';
  }
}

/** One change that a watch tells about. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Resource;
}

/** A list with the version at which it was taken. */
export interface ListOf<T> {
  readonly items: readonly T[];
  readonly version: string;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** The client. */
export class Kube implements Disposable {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;

  constructor(access: KubeAccess) {
    this.#url = access.url;
    this.#agent = agentFor(access.ca);
    this.#headers = { authorization: `Bearer ${access.token}`, accept: 'application/json' };
  }

  /** Reads any path; undefined when there is nothing. */
  async get(path: string, signal?: AbortSignal): Promise<unknown> {
    try {
      return await this.send({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      if (error instanceof KubeRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  async find<T extends Resource>(
    kind: ResourceKind<T>,
    at: { readonly namespace?: string; readonly name: string },
  ): Promise<T | undefined> {
    return (await this.get(pathOf(kind, at))) as T | undefined;
  }

  /** Lists a kind, with the kind written into each item as in a single read. */
  async list<T extends Resource>(
    kind: ResourceKind<T>,
    selector: string,
    signal?: AbortSignal,
  ): Promise<ListOf<T>> {
    const body = (await this.send({
      method: 'GET',
      path: `${pathOf(kind)}?${selector}`,
      ...(signal === undefined ? {} : { signal }),
    })) as { items: T[]; metadata: { resourceVersion: string } };
    const { apiVersion, kind: name } = kind;
    return {
      items: body.items.map((item) => ({ ...item, apiVersion, kind: name })),
      version: body.metadata.resourceVersion,
    };
  }

  async create<T extends Resource>(kind: ResourceKind<T>, object: unknown): Promise<T> {
    const { namespace } = (object as { metadata: Metadata }).metadata;
    const at = namespace === undefined ? {} : { namespace };
    return (await this.send({ method: 'POST', path: pathOf(kind, at), body: object })) as T;
  }

  /** Merges a change into an object. */
  async merge<T extends Resource>(
    kind: ResourceKind<T>,
    object: Resource,
    change: unknown,
  ): Promise<T> {
    return (await this.send({
      method: 'PATCH',
      path: pathOf(kind, placeOf(object)),
      body: change,
      contentType: 'application/merge-patch+json',
    })) as T;
  }

  /** Applies the operations of a JSON patch to an object or to a subresource of it. */
  async patch<T extends Resource>(
    kind: ResourceKind<T>,
    object: Resource,
    { operations, subresource = '' }: { operations: readonly unknown[]; subresource?: string },
  ): Promise<T> {
    return (await this.send({
      method: 'PATCH',
      path: `${pathOf(kind, placeOf(object))}${subresource}`,
      body: operations,
      contentType: 'application/json-patch+json',
    })) as T;
  }

  /** Deletes an object; gives what is left of it while finalizers hold it. */
  async remove<T extends Resource>(
    kind: ResourceKind<T>,
    object: Resource,
  ): Promise<T | undefined> {
    try {
      const path = pathOf(kind, placeOf(object));
      const answer = (await this.send({ method: 'DELETE', path })) as Partial<T> | undefined;
      return (answer?.metadata?.finalizers ?? []).length > 0 ? (answer as T) : undefined;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  /** Adds a finalizer; undefined when the object is gone or going. */
  async addFinalizer<T extends Resource>(
    kind: ResourceKind<T>,
    object: T,
    finalizer: string,
  ): Promise<T | undefined> {
    let current: T | undefined = object;
    while (current !== undefined && !isGoing(current)) {
      const held: readonly string[] = current.metadata.finalizers ?? [];
      if (held.includes(finalizer)) return current;
      current = await this.#changeFinalizers(kind, current, [...held, finalizer]);
      if (current !== undefined && current.metadata.finalizers?.includes(finalizer) === true) {
        return current;
      }
    }
    return undefined;
  }

  /** Takes a finalizer away, if the object is there and has it. */
  async removeFinalizer<T extends Resource>(
    kind: ResourceKind<T>,
    object: T,
    finalizer: string,
  ): Promise<void> {
    let current: T | undefined = object;
    while (current?.metadata.finalizers?.includes(finalizer) === true) {
      const rest: readonly string[] = current.metadata.finalizers.filter(
        (held) => held !== finalizer,
      );
      current = await this.#changeFinalizers(kind, current, rest);
    }
  }

  /** Gives the changed object, or a fresh copy after a conflict, or undefined when it is gone. */
  async #changeFinalizers<T extends Resource>(
    kind: ResourceKind<T>,
    object: T,
    wanted: readonly string[],
  ): Promise<T | undefined> {
    const { uid, resourceVersion } = object.metadata;
    try {
      return await this.merge(kind, object, { metadata: { resourceVersion, finalizers: wanted } });
    } catch (error) {
      if (isGone(error)) return undefined;
      if (!(error instanceof KubeRefusal && error.status === 409)) throw error;
      const { name, namespace } = object.metadata;
      const fresh = await this.find(kind, {
        name,
        ...(namespace === undefined ? {} : { namespace }),
      });
      return fresh?.metadata.uid === uid ? fresh : undefined;
    }
  }

  /** Follows changes until the stream ends; the last version that was seen is the caller's. */
  async watch(path: string, each: (event: WatchEvent) => void, signal: AbortSignal): Promise<void> {
    const response = await this.#open({ method: 'GET', path, signal });
    if (response.statusCode !== 200) {
      throw refusal({ method: 'GET', path }, response.statusCode ?? 0, await textOf(response));
    }
    const lines = createInterface({ input: response });
    for await (const line of lines) {
      if (line !== '') each(JSON.parse(line) as WatchEvent);
    }
  }

  async send(sent: Sent): Promise<unknown> {
    const response = await this.#open(sent);
    const text = await textOf(response);
    const status = response.statusCode ?? 0;
    if (status >= 300) throw refusal(sent, status, text);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  #open({ method, path, body, contentType, signal }: Sent): Promise<IncomingMessage> {
    return opened(this.#agent, `${this.#url}${path}`, {
      method,
      headers:
        contentType === undefined
          ? this.#headers
          : { ...this.#headers, 'content-type': contentType },
      ...(body === undefined ? {} : { json: body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

function refusal(sent: Sent, status: number, text: string): KubeRefusal {
  let said: { reason?: string; message?: string };
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    // Proxies and crashed servers do not answer in JSON.
    said = { message: text.slice(0, 300) };
  }
  return new KubeRefusal(`${sent.method} ${sent.path}`, status, said);
}

function placeOf({ metadata }: Resource): { name: string; namespace?: string } {
  const { name, namespace } = metadata;
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Whether an error says that the object does not exist. */
export function isGone(error: unknown): boolean {
  return error instanceof KubeRefusal && error.status === 404;
}

/** Whether an error says that nothing may be made any more in a namespace that is being deleted. */
export function isNamespaceGoing(error: unknown): boolean {
  return (
    error instanceof KubeRefusal &&
    error.status === 403 &&
    error.message.includes('being terminated')
  );
}
