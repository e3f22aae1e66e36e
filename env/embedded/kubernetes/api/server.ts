/**
 * The HTTPS server of the API: who asks, what for, and which part answers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { parse } from 'yaml';
import type { Tls } from '../../seams.ts';
import type { World } from '../../world.ts';
import type { User } from '../parts.ts';
import { ApiError, badRequest, unauthorized } from '../status.ts';
import { type Answer, send } from './answer.ts';
import type { Asked } from './request.ts';
import type { Tokens } from './tokens.ts';
import { traceOf } from '../../trace.ts';

/** Answers a request, or takes it over and answers in a stream. */
export type Dispatch = (
  asked: Asked,
  response: ServerResponse,
) => Answer | undefined | Promise<Answer | undefined>;

/** Takes over a connection that asks for a WebSocket. */
export type Upgrade = (asked: Asked, request: IncomingMessage, stream: [Duplex, Buffer]) => void;

/** What an API server is made of. */
export interface ServerParts {
  readonly world: World;
  readonly tls: Tls;
  readonly tokens: Tokens;
  readonly dispatch: Dispatch;
  readonly upgrade: Upgrade;
}

const anonymous: User = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
const open = /^\/(version|healthz|livez|readyz)(\/|$)/;
const keepAliveMs = 120_000;

/** The server, which can be closed and opened again at the same port. */
export class ApiServer {
  readonly #parts: ServerParts;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** Starts to listen on loopback. */
  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const { key, cert } = this.#parts.tls;
    const server = createServer({ key, cert }, (request, response) => {
      void this.#serve(request, response);
    });
    // Clients keep connections for a while; the server must not be the first to let go.
    server.keepAliveTimeout = keepAliveMs;
    server.requestTimeout = 0;
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#onUpgrade(request, socket, head);
    });
    server.on('connection', (socket: Socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Closes the port and every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const asked = await this.#asked(request);
      const answer = await this.#parts.dispatch(asked, response);
      if (answer !== undefined) send(response, answer);
    } catch (error) {
      this.#refuse(error, request, response);
    }
  }

  #refuse(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error instanceof ApiError) {
      const { code, status, text } = error;
      const plain = 'text/plain; charset=utf-8';
      send(
        response,
        text === undefined ? { code, body: status } : { code, body: text, type: plain },
      );
      return;
    }
    const text = traceOf(error);
    this.#parts.world.log('kubernetes', `${request.method ?? ''} ${request.url ?? ''}: ${text}`);
    const { message } = error as Error;
    const failure = new ApiError(500, 'InternalError', { message: `Internal error: ${message}` });
    send(response, { code: 500, body: failure.status });
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      const asked = this.#plain(request, '');
      this.#parts.upgrade(asked, request, [socket, head]);
    } catch (error) {
      refuseUpgrade(socket, error);
    }
  }

  async #asked(request: IncomingMessage): Promise<Asked> {
    const method = request.method ?? 'GET';
    const hasBody = method !== 'GET' && method !== 'HEAD';
    return this.#plain(request, hasBody ? await textOf(request) : '');
  }

  #plain(request: IncomingMessage, bodyText: string): Asked {
    const url = new URL(request.url ?? '/', 'https://api');
    const user = this.#userOf(request, url.pathname);
    return {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      user,
      bodyText,
      body: bodyOf(bodyText, request.headers['content-type'] ?? '', url.pathname),
    };
  }

  #userOf({ headers, method }: IncomingMessage, path: string): User {
    const [, token] = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token !== undefined) {
      const user = this.#parts.tokens.userOf(token);
      if (user === undefined) throw unauthorized();
      return user;
    }
    if (open.test(path)) return anonymous;
    const verb = (method ?? 'get').toLowerCase();
    throw new ApiError(403, 'Forbidden', {
      message: `forbidden: User "${anonymous.username}" cannot ${verb} path "${path}"`,
      details: {},
    });
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Requests that are answered alike whatever they hold, so that their binary form, in which kubectl sends
 * them from 1.32 on, need not be read.
 */
const answeredUnread =
  /^\/apis\/auth(orization|entication)\.k8s\.io\/|\/serviceaccounts\/[^/]+\/token$/;

function bodyOf(text: string, type: string, path: string): unknown {
  if (text === '') return undefined;
  if (type.includes('protobuf')) {
    if (answeredUnread.test(path)) return {};
    throw new ApiError(415, 'UnsupportedMediaType', {
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
    });
  }
  try {
    return type.includes('yaml') ? (parse(text) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
}

/** Refuses a WebSocket with an ordinary answer. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const refusal =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'InternalError', {
          message: `Internal error: ${(error as Error).message}`,
        });
  const body = JSON.stringify(refusal.status);
  socket.end(
    `HTTP/1.1 ${refusal.code} ${refusal.reason}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
