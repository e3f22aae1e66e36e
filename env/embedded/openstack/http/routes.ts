/**
 * Finds the function that answers a request. Patterns are paths with ":name" for one segment, below the
 * service's own prefix.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../keystone/identities.ts';
import type { ApiFault, ServiceName } from './fault.ts';

/** One request as a service sees it. */
export interface Exchange {
  readonly method: string;
  /** Below the service's prefix, without a slash or ".json" at its end. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Who asks; open paths are asked by `nobody`. */
  readonly caller: Caller;
  /** The service's address, with its prefix and without a slash at its end. */
  readonly base: string;
}

/** What a service answers. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one request. */
export type Handler = (exchange: Exchange) => Answer | Promise<Answer>;

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handler: Handler;
}

/** The requests that a service knows. */
export class Routes {
  readonly #routes: Route[] = [];

  on(method: string, path: string, handler: Handler): void {
    const source = path
      .split('/')
      .map((segment) =>
        segment.startsWith(':')
          ? `(?<${segment.slice(1)}>[^/]+)`
          : segment.replaceAll('.', String.raw`\.`),
      )
      .join('/');
    this.#routes.push({ method, pattern: new RegExp(`^${source}$`), handler });
  }

  find(
    method: string,
    path: string,
  ): { readonly handler: Handler; readonly params: Record<string, string> } | undefined {
    for (const route of this.#routes) {
      const match = route.method === method ? route.pattern.exec(path) : null;
      if (match !== null) {
        const params = Object.entries(match.groups ?? {}).map(([key, value]) => [
          key,
          decodeURIComponent(value),
        ]);
        return {
          handler: route.handler,
          params: Object.fromEntries(params) as Record<string, string>,
        };
      }
    }
    return undefined;
  }
}

/** One of the services behind the listener. */
export interface CloudService {
  readonly name: ServiceName;
  /** Begins with a slash, such as "/networking". */
  readonly prefix: string;
  readonly routes: Routes;
  /** The file in which to add an answer to what is not known. */
  readonly file: string;
  /** Tells which paths need no token. */
  isOpen(exchange: { readonly method: string; readonly path: string }): boolean;
  /** Puts a refusal into the service's own form. */
  faultBody(fault: ApiFault): unknown;
  /** Headers that every answer of the service carries. */
  readonly headers?: (exchange: Exchange) => Readonly<Record<string, string>>;
}
