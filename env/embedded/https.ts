/**
 * HTTPS as the programs of the embedded stack use it: JSON to a server whose authority is known, over
 * connections that are kept. They send most requests of a stack, and it costs a third of what got costs.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createSecureContext } from 'node:tls';
import { type MakeTransport, ordinaryHeaders } from '../access/transport.ts';

/** One request. */
export interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Becomes JSON. */
  readonly json?: unknown;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Keeps connections to servers of an authority (PEM), which is taken in once for all of them. */
export function agentFor(ca: string | undefined): Agent {
  const trust = ca === undefined ? {} : { secureContext: createSecureContext({ ca }) };
  return new Agent({ keepAlive: true, maxSockets: 64, ...trust });
}

/** Sends a request and gives the answer as soon as it begins. */
export function opened(agent: Agent, url: string, asked: Asked): Promise<IncomingMessage> {
  const { method, headers, json, signal, timeoutMs } = asked;
  return new Promise((resolve, reject) => {
    const text = json === undefined ? undefined : JSON.stringify(json);
    const sent = request(
      url,
      {
        ...{ agent, method },
        headers:
          text === undefined
            ? headers
            : {
                'content-type': 'application/json',
                ...headers,
                'content-length': String(Buffer.byteLength(text)),
              },
        ...(signal === undefined ? {} : { signal }),
        ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      },
      resolve,
    );
    sent.once('error', reject);
    sent.once('timeout', () => {
      sent.destroy(
        Object.assign(new Error(`no answer for ${timeoutMs} ms`), { code: 'ETIMEDOUT' }),
      );
    });
    sent.end(text);
  });
}

/** Reads an answer to its end. */
export function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let text = '';
    response.on('data', (chunk: string) => (text += chunk));
    response.once('end', () => {
      resolve(text);
    });
    response.once('error', reject);
  });
}

/** The transport of Kuryr's session with the cloud. */
export const overHttps: MakeTransport = async ({ tls }, timeoutMs) => {
  const ca = tls.caFile === undefined ? undefined : await readFile(tls.caFile, 'utf8');
  const agent = agentFor(ca);
  return async (url, { headers, ...rest }) => {
    const response = await opened(agent, url, {
      ...{ ...rest, timeoutMs },
      headers: { ...ordinaryHeaders, ...headers },
    });
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: await textOf(response),
    };
  };
};
