/**
 * The HTTPS listener of the cloud: picks the service by the path's prefix, checks the token as
 * keystonemiddleware does, and sends what the service answers. One address for all, as behind a proxy.
 */
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Served, Tls } from '../../seams.ts';
import type { Random, World } from '../../world.ts';
import { type Identities, nobody } from '../keystone/identities.ts';
import { ApiFault } from './fault.ts';
import type { Answer, CloudService, Exchange } from './routes.ts';

/** What the listener serves. */
export interface ListenerOptions {
  readonly tls: Tls;
  readonly world: World;
  readonly identities: Identities;
  readonly services: readonly CloudService[];
}

/** A listener, one of whose services may be away for a while. */
export interface Listener extends Served {
  /** Breaks off what a service is asked, as nobody listens; the way back has it answer again. */
  stop(service: CloudService['name']): () => void;
}

/** Starts listening on an ephemeral port of 127.0.0.1. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const front = new Front(options);
  const server = createServer(
    { key: options.tls.key, cert: options.tls.cert },
    (request, response) => {
      void front.serve(request, response);
    },
  );
  // Clients keep connections for long; Node's default of 5 s races with their next request.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  front.url = `https://127.0.0.1:${port}`;
  return {
    url: front.url,
    stop: (service) => front.stop(service),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Decides which service is asked. */
export class Front {
  url = '';
  readonly #options: ListenerOptions;
  readonly #requestIds: Random;

  readonly #away = new Set<string>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#requestIds = options.world.random('openstack/requests');
  }

  stop(service: string): () => void {
    this.#away.add(service);
    return () => this.#away.delete(service);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = this.#serviceOf(new URL(request.url ?? '/', this.url));
    if (asked !== undefined && this.#away.has(asked.name)) {
      request.socket.destroy();
      return;
    }
    const started = performance.now();
    const requestId = `req-${this.#requestIds.uuid()}`;
    const answer = await this.#answer(request).catch((error: unknown) =>
      this.#broken(request, error),
    );
    send(request, response, { answer, requestId });
    const tookMs = Math.round(performance.now() - started);
    this.#options.world.log(
      'openstack',
      `${request.method ?? ''} ${request.url ?? ''} -> ${answer.status ?? 200} in ${tookMs} ms (${requestId})`,
    );
  }

  #broken(request: IncomingMessage, error: unknown): Answer {
    const { message, stack } = error as Error;
    this.#options.world.log(
      'openstack',
      `${request.method ?? ''} ${request.url ?? ''} broke: ${stack ?? message}`,
    );
    return { status: 500, body: { message: `The simulated service broke: ${message}` } };
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', this.url);
    const service = this.#serviceOf(url);
    const text = await textOf(request);
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    if (service === undefined) {
      const said = this.#options.world.unknown.report({
        server: 'keystone',
        method,
        path: url.pathname,
        body: text,
        file: 'env/embedded/openstack/cloud.ts',
      });
      return { status: 501, body: { message: said } };
    }
    return this.#ask(service, { request, method, url, text });
  }

  #serviceOf({ pathname }: URL): CloudService | undefined {
    return this.#options.services.find(
      ({ prefix }) => pathname === prefix || pathname.startsWith(`${prefix}/`),
    );
  }

  async #ask(service: CloudService, asked: Arrived): Promise<Answer> {
    const { request, method, url, text } = asked;
    const path = url.pathname.slice(service.prefix.length).replace(/(\.json)?\/*$/, '');
    try {
      const caller = service.isOpen({ method, path })
        ? nobody
        : this.#options.identities.callerOf(request.headers['x-auth-token']);
      if (caller === undefined) return this.#unauthorized();
      const found = service.routes.find(method, path);
      if (found === undefined) return this.#unknown(service, { method, path, text });
      const exchange: Exchange = {
        method,
        path,
        params: found.params,
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? undefined : parsed(text),
        caller,
        base: `${this.url}${service.prefix}`,
      };
      const answer = await found.handler(exchange);
      return { ...answer, headers: { ...service.headers?.(exchange), ...answer.headers } };
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return { status: error.status, body: service.faultBody(error) };
    }
  }

  #unauthorized(): Answer {
    return {
      status: 401,
      headers: { 'www-authenticate': `Keystone uri="${this.url}/identity"` },
      body: {
        error: {
          code: 401,
          title: 'Unauthorized',
          message: 'The request you have made requires authentication.',
        },
      },
    };
  }

  #unknown(
    service: CloudService,
    { method, path, text }: { method: string; path: string; text: string },
  ): Answer {
    const said = this.#options.world.unknown.report({
      server: service.name,
      method,
      path,
      body: text,
      file: service.file,
    });
    return { status: 501, body: service.faultBody(new ApiFault(501, said)) };
  }
}

interface Arrived {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly url: URL;
  readonly text: string;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiFault(400, 'Malformed request body', { type: 'HTTPBadRequest' });
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, requestId }: { answer: Answer; requestId: string },
): void {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
  response.writeHead(answer.status ?? 200, {
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    'content-length': Buffer.byteLength(text),
    'x-openstack-request-id': requestId,
    ...answer.headers,
  });
  response.end(request.method === 'HEAD' ? '' : text);
}
