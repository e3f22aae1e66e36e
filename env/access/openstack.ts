/**
 * A session with an OpenStack cloud: logs in, logs in again before the token ends and once after a 401,
 * finds endpoints, sends requests, follows pages, and turns every refusal into a readable error.
 * It knows nothing about networks or load balancers.
 */
import { z } from 'zod';
import { StackError } from '../errors.ts';
import { type CloudEntry, readCloud } from './clouds-file.ts';
import { endpointIn, type Login, logIn } from './keystone.ts';
import { messageOf, OpenStackError } from './openstack-error.ts';
import { RequestLog } from './request-log.ts';
import {
  type MakeTransport,
  overGot,
  type Received,
  type Sent,
  type Transport,
} from './transport.ts';

/** How a session is opened. */
export interface SessionOptions {
  readonly cloudsYamlPath: string;
  readonly cloudName: string;
  readonly log?: RequestLog;
  /** How long one request may take. */
  readonly timeoutMs?: number;
  /** The clock; tests give their own. */
  readonly now?: () => Date;
  readonly transport?: MakeTransport;
}

/** Query parameters; a list repeats the parameter. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** One request to a service. */
export interface ServiceRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with a slash, relative to the endpoint. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** What a service has answered, whatever its status. */
export interface ServiceAnswer {
  readonly status: number;
  /** The body as it came. */
  readonly text: string;
}

/** A service as requests are addressed to it: its catalogue types, best first. */
export interface ServiceRef {
  readonly name: string;
  readonly types: readonly string[];
  /** Suffix to take off the endpoint, such as "/v2.0", which some catalogues carry. */
  readonly stripped?: RegExp;
}

const renewBeforeMs = 60_000;
const defaultTimeoutMs = 60_000;
const mostPages = 1_000;

const pageLinks = z.array(z.looseObject({ rel: z.string(), href: z.string() })).optional();

/** A logged-in conversation with one cloud. */
export class OpenStackSession {
  readonly log: RequestLog;
  readonly cloud: CloudEntry;
  readonly #transport: Transport;
  readonly #now: () => Date;
  #login: Promise<Login> | undefined;

  private constructor(cloud: CloudEntry, transport: Transport, options: SessionOptions) {
    this.cloud = cloud;
    this.#transport = transport;
    this.#now = options.now ?? ((): Date => new Date());
    this.log = options.log ?? new RequestLog();
  }

  /** Reads clouds.yaml and prepares a session; the first request logs in. */
  static async open(options: SessionOptions): Promise<OpenStackSession> {
    const cloud = await readCloud(options.cloudsYamlPath, options.cloudName);
    const make = options.transport ?? overGot;
    const transport = await make(cloud, options.timeoutMs ?? defaultTimeoutMs);
    return new OpenStackSession(cloud, transport, options);
  }

  /** The project the session is scoped to. */
  async projectId(): Promise<string | undefined> {
    return (await this.#current()).projectId;
  }

  /** The names of the roles the session has. */
  async roles(): Promise<readonly string[]> {
    return (await this.#current()).roles;
  }

  /** The endpoint of a service, without a slash at its end. */
  async endpoint(service: ServiceRef): Promise<string> {
    const url = endpointIn(await this.#current(), this.cloud, service.types);
    return service.stripped === undefined ? url : url.replace(service.stripped, '');
  }

  /** Sends one request and gives the decoded body, or undefined when the answer has none. */
  async send(service: ServiceRef, request: ServiceRequest): Promise<unknown> {
    const endpoint = await this.endpoint(service);
    return this.#sendTo(service, `${endpoint}${request.path}`, request);
  }

  /** Sends one request and gives the answer as it came, a refusal too. */
  async answer(service: ServiceRef, request: ServiceRequest): Promise<ServiceAnswer> {
    const endpoint = await this.endpoint(service);
    const response = await this.#answerTo(service, `${endpoint}${request.path}`, request);
    return { status: response.status, text: response.body };
  }

  /** Reads every page of a collection. */
  async list<T>(service: ServiceRef, collection: Collection<T>): Promise<T[]> {
    const items: T[] = [];
    const endpoint = await this.endpoint(service);
    let url = `${endpoint}${collection.path}`;
    let query = collection.query;
    for (let page = 0; page < mostPages; page++) {
      const body = await this.#sendTo(service, url, {
        path: collection.path,
        ...(query === undefined ? {} : { query }),
        ...(collection.signal === undefined ? {} : { signal: collection.signal }),
      });
      const form = z.looseObject({
        [collection.key]: z.array(collection.item),
        [`${collection.key}_links`]: pageLinks,
      });
      const parsed = this.#read(form, body, `GET ${collection.path}`) as Record<string, unknown>;
      items.push(...(parsed[collection.key] as T[]));
      const links = parsed[`${collection.key}_links`] as z.output<typeof pageLinks>;
      const next = links?.find((link) => link.rel === 'next');
      if (next === undefined) {
        return items;
      }
      url = onHostOf(endpoint, next.href);
      query = undefined;
    }
    throw new StackError(
      'OPENSTACK_ENDLESS_PAGES',
      `Listing ${collection.path} of "${endpoint}": more than ${mostPages} pages follow each other. Narrow the filter.`,
    );
  }

  #read(form: z.ZodType, body: unknown, asked: string): unknown {
    const parsed = form.safeParse(body);
    if (parsed.success) {
      return parsed.data;
    }
    throw new StackError(
      'OPENSTACK_UNEXPECTED_BODY',
      `${asked}: the answer has another form than expected: ${z.prettifyError(parsed.error)}`,
    );
  }

  async #sendTo(service: ServiceRef, url: string, request: ServiceRequest): Promise<unknown> {
    return bodyOf(await this.#answerTo(service, url, request), {
      service: service.name,
      method: request.method ?? 'GET',
      path: pathOf(url, request.query),
    });
  }

  async #answerTo(service: ServiceRef, url: string, request: ServiceRequest): Promise<Received> {
    const first = await this.#current();
    const response = await this.#exchange(service, url, { request, login: first });
    if (response.status !== 401) {
      return response;
    }
    // The token was revoked or Keystone's keys were rotated: one new login, then the answer stands.
    const second = await this.#renew(first);
    return this.#exchange(service, url, { request, login: second });
  }

  async #exchange(
    service: ServiceRef,
    url: string,
    { request, login }: { request: ServiceRequest; login: Login },
  ): Promise<Received> {
    const startedAt = this.#now();
    const started = performance.now();
    const method = request.method ?? 'GET';
    const path = pathOf(url, request.query);
    const note = (
      status: number | undefined,
      rest: { problem?: string; requestId?: string },
    ): void => {
      this.log.note({
        startedAt,
        service: service.name,
        method,
        path,
        status,
        tookMs: Math.round(performance.now() - started),
        ...(request.body === undefined ? {} : { sent: request.body }),
        ...rest,
      });
    };
    try {
      const response = await this.#transport(whole(url, request.query), sentOf(request, login));
      const requestId = response.headers['x-openstack-request-id'];
      note(response.status, {
        ...(typeof requestId === 'string' ? { requestId } : {}),
        ...(response.status >= 400 ? { problem: messageOf(response.body) } : {}),
      });
      return response;
    } catch (error) {
      note(undefined, { problem: (error as Error).message });
      // Whoever ended the request knows why; it is no trouble of the stack.
      request.signal?.throwIfAborted();
      throw unreachable(error, `${method} ${path} of ${service.name} at "${new URL(url).origin}"`);
    }
  }

  async #current(): Promise<Login> {
    this.#login ??= this.#logIn();
    const login = await this.#login;
    return login.expiresAt.getTime() - this.#now().getTime() > renewBeforeMs
      ? login
      : this.#renew(login);
  }

  /** Replaces a login by a new one; several callers with the same old one share the new one. */
  async #renew(old: Login): Promise<Login> {
    const current = await this.#login;
    if (current !== undefined && current !== old) {
      return current;
    }
    const renewed = this.#logIn();
    this.#login = renewed;
    return renewed;
  }

  async #logIn(): Promise<Login> {
    try {
      return await logIn(this.#transport, this.cloud);
    } catch (error) {
      this.#login = undefined;
      throw isWithoutAnswer(error)
        ? unreachable(error, `Logging in to "${this.cloud.authUrl}"`)
        : error;
    }
  }
}

/** A list that a service gives in pages. */
export interface Collection<T> {
  readonly path: string;
  /** The key of the list in the answer. */
  readonly key: string;
  readonly item: z.ZodType<T>;
  readonly query?: Query;
  readonly signal?: AbortSignal;
}

function sentOf({ method = 'GET', body, signal }: ServiceRequest, login: Login): Sent {
  return {
    method,
    headers: { 'x-auth-token': login.token.reveal() },
    ...(body === undefined ? {} : { json: body }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function searchOf(query: Query): URLSearchParams {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (item !== undefined) {
        search.append(key, String(item));
      }
    }
  }
  return search;
}

/** The query replaces the one that a URL has. */
function whole(url: string, query: Query | undefined): string {
  const added = query === undefined ? '' : searchOf(query).toString();
  if (added === '') return url;
  const asked = new URL(url);
  asked.search = added;
  return asked.toString();
}

function pathOf(url: string, query: Query | undefined): string {
  const { pathname, search } = new URL(whole(url, query));
  return `${pathname}${search}`;
}

/** Services behind a proxy often name an inner host in their links. */
function onHostOf(endpoint: string, href: string): string {
  const next = new URL(href, `${endpoint}/`);
  const base = new URL(endpoint);
  next.protocol = base.protocol;
  next.host = base.host;
  return next.toString();
}

interface Asked {
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

function bodyOf(response: Received, asked: Asked): unknown {
  if (response.status >= 300 || response.status < 200) {
    throw new OpenStackError({ ...asked, status: response.status, body: response.body });
  }
  if (response.body === '') {
    return undefined;
  }
  try {
    return JSON.parse(response.body);
  } catch (cause) {
    throw new StackError(
      'OPENSTACK_NOT_JSON',
      `${asked.method} ${asked.path} of ${asked.service}: the answer is no JSON but begins with "${response.body.slice(0, 80)}". Check the endpoint in the catalogue.`,
      { cause },
    );
  }
}

/** Whether an error came of the transport, and not of what has come back. */
function isWithoutAnswer(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && !(error instanceof StackError);
}

function unreachable(error: unknown, doing: string): StackError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new StackError(
    'OPENSTACK_UNREACHABLE',
    `${doing}: no answer (${code}: ${message}). Check that the service runs and is reachable from here.`,
    { cause: error },
  );
}
