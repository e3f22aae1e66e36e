/**
 * Reads what a request asks for from its method, path and query.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { User } from '../parts.ts';

/** One request to the API server. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly user: User;
  /** Read already; undefined when there was none. */
  readonly body: unknown;
  readonly bodyText: string;
}

/** What a resource path names. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Takes a path apart; undefined when it names no resource. */
export function resourcePathOf(path: string): ResourcePath | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [root, ...rest] = parts;
  const isCore = root === 'api';
  if (!isCore && root !== 'apis') return undefined;
  const [group = '', version, ...words] = isCore ? ['', ...rest] : rest;
  if (version === undefined || words.length === 0) return undefined;
  const apiVersion = isCore ? version : `${group}/${version}`;
  return { group, version, apiVersion, ...placeOf(words) };
}

type Place = Pick<ResourcePath, 'plural' | 'namespace' | 'name' | 'subresource'>;

const ownParts = new Set(['status', 'finalize']);

function placeOf(words: readonly string[]): Place {
  const [first = '', second, third, ...rest] = words;
  const isInside = first === 'namespaces' && third !== undefined && !ownParts.has(third);
  if (isInside) {
    return { namespace: second, plural: third, name: rest[0], subresource: rest[1] };
  }
  return { namespace: undefined, plural: first, name: second, subresource: third };
}

/** Tells whether a query asks for something that is off unless it is said to be on. */
export function isOn(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== 'false' && value !== '0';
}
