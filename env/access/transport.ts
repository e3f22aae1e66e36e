/**
 * How requests travel: a session says what is sent, a transport brings it to a server and the answer
 * back. Everybody uses got; the programs of the embedded stack, which ask most of all, have a plainer one.
 */
import type { IncomingHttpHeaders } from 'node:http';
import got from 'got';
import type { CloudEntry } from './clouds-file.ts';
import { tlsOf } from './openstack-tls.ts';

/** One request; the query is a part of the URL. */
export interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** Becomes JSON. */
  readonly json?: unknown;
  readonly signal?: AbortSignal;
}

/** What has come back, whatever its status. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Brings a request to a URL; rejects with an Error that has a code when there is no answer. */
export type Transport = (url: string, sent: Sent) => Promise<Received>;

/** Makes the transport to a cloud; nobody waits for an answer longer than the time-out (ms). */
export type MakeTransport = (cloud: CloudEntry, timeoutMs: number) => Promise<Transport>;

/** Who asks. */
export const ordinaryHeaders = {
  'user-agent': 'kuryr-conformance',
  accept: 'application/json',
} as const;

/** The usual transport. */
export const overGot: MakeTransport = async (cloud, timeoutMs) => {
  const client = got.extend({
    throwHttpErrors: false,
    followRedirect: false,
    retry: { limit: 0 },
    timeout: { request: timeoutMs },
    headers: { ...ordinaryHeaders },
    https: await tlsOf(cloud),
  });
  return async (url, { method, headers = {}, json, signal }) => {
    const {
      statusCode,
      headers: answered,
      body,
    } = await client(url, {
      method,
      responseType: 'text',
      headers,
      ...(json === undefined ? {} : { json }),
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: statusCode, headers: answered, body };
  };
};
