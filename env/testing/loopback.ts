/**
 * A tiny JSON server on loopback for our tests. A handler answers each request; what it does not know is
 * answered 501 and kept, so that a test notices.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { testServerCertificate, testServerKey } from './tls.ts';

/** One request as a handler sees it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What a handler answers; undefined means that it does not know the request. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** Answers one request. */
export type Handler = (asked: Asked) => Reply | undefined | Promise<Reply | undefined>;

/** A running loopback server. */
export interface Loopback extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
  /** Every request so far, oldest first. */
  readonly asked: readonly Asked[];
  /** The requests that the handler did not know. */
  readonly unknown: readonly string[];
}

/** Starts a server; with `isTls` it shows the certificate of tls.ts. */
export async function startLoopback(handler: Handler, { isTls = false } = {}): Promise<Loopback> {
  const asked: Asked[] = [];
  const unknown: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen = await read(request);
    asked.push(seen);
    const reply = await handler(seen);
    if (reply === undefined) {
      unknown.push(`${seen.method} ${seen.path}`);
    }
    send(
      response,
      reply ?? { status: 501, body: { message: `unknown: ${seen.method} ${seen.path}` } },
    );
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      send(response, { status: 500, body: { message: (error as Error).message } });
    });
  };
  const server = isTls
    ? createTlsServer({ key: testServerKey, cert: testServerCertificate }, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`,
    server,
    asked,
    unknown,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', 'http://loopback');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Reply): void {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/plain' : 'application/json',
    ...headers,
  });
  response.end(isText ? body : body === undefined ? '' : JSON.stringify(body));
}
