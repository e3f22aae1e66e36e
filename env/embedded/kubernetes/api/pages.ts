/**
 * Lists in pages: what is left of a list is kept as it was when the first page was taken.
 */
import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../objects.ts';
import { badRequest, gone } from '../status.ts';

/** A page of a list. */
export interface Page {
  readonly objects: readonly KubeObject[];
  readonly version: string;
  readonly continue?: string;
  readonly remaining?: number;
}

interface Rest {
  readonly objects: readonly KubeObject[];
  readonly version: string;
}

const keptRests = 100;

/** Gives lists page by page. */
export class Pages {
  readonly #rests = new Map<string, Rest>();

  /** Cuts the first page off a list. */
  first(objects: readonly KubeObject[], version: string, limit: number): Page {
    if (limit <= 0 || objects.length <= limit) return { objects, version };
    const token = Buffer.from(
      JSON.stringify({ start: randomUUID(), v: 'meta.k8s.io/v1' }),
    ).toString('base64url');
    this.#rests.set(token, { objects: objects.slice(limit), version });
    for (const oldest of [...this.#rests.keys()].slice(0, -keptRests)) this.#rests.delete(oldest);
    return {
      objects: objects.slice(0, limit),
      version,
      continue: token,
      remaining: objects.length - limit,
    };
  }

  /** Gives the page that a token stands for. */
  next(token: string, limit: number): Page {
    const rest = this.#rests.get(token);
    if (rest === undefined) {
      refuseStrange(token);
      throw gone(
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
      );
    }
    return this.first(rest.objects, rest.version, limit);
  }

  /** Forgets all tokens. */
  clear(): void {
    this.#rests.clear();
  }
}

/** A token is JSON in base 64; what is none was never given out, in the words of Go's decoder. */
function refuseStrange(token: string): void {
  const text = Buffer.from(token, 'base64url');
  if (text[0] === '{'.charCodeAt(0)) return;
  const first = text[0] ?? 0;
  const shown =
    first >= 0x20 && first < 0x7f
      ? String.fromCharCode(first)
      : `\\u${first.toString(16).padStart(4, '0')}`;
  throw badRequest(
    `invalid continue token: continue key is not valid: invalid character '${shown}' looking for beginning of value`,
  );
}
