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
    const token = Buffer.from(randomUUID()).toString('base64url');
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
      if (!/^[\w-]+$/.test(token)) throw badRequest('continue key is not valid');
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
