/**
 * Answers of the API server, and the texts of stored objects, which are made once for all who read them.
 */
import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../objects.ts';

/** What is sent back. */
export interface Answer {
  readonly code?: number;
  /** A string or bytes are sent as they are. */
  readonly body: unknown;
  readonly type?: string;
  readonly warnings?: readonly string[];
}

const texts = new WeakMap<KubeObject, string>();

/** The JSON text of an object that nobody will change any more. */
export function textOf(object: KubeObject): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}

/** Sends an answer. */
export function send(response: ServerResponse, answer: Answer): void {
  const { body, code = 200, warnings = [] } = answer;
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  response.statusCode = code;
  response.setHeader('content-type', answer.type ?? 'application/json');
  response.setHeader('cache-control', 'no-cache, private');
  if (warnings.length > 0) {
    response.setHeader('warning', warnings.map(warningText));
  }
  response.end(text);
}

function warningText(text: string): string {
  return `299 - "${text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, ' ')}"`;
}
