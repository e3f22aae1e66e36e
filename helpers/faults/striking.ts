/**
 * Keeps a fault at work beside a run: a fault looks for what it can break, and what it looks for comes
 * into being while the scenarios run.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Scene } from './scene.ts';

/** A fault at work. */
export interface Striking extends AsyncDisposable {
  /** What kept the fault from striking the last time; undefined when nothing did. */
  readonly trouble: string | undefined;
}

/**
 * Lets a fault strike until it is disposed of, with so many milliseconds between two looks; its deeds
 * stay until the scene takes them back.
 */
export function keepStriking(scene: Scene, fault: Fault, everyMs: number): Striking {
  const end = new AbortController();
  let trouble: string | undefined;
  const work = (async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        await fault(scene);
        trouble = undefined;
      } catch (error) {
        // Objects come, go and are busy while a scenario runs: the next look may find them free.
        trouble = (error as Error).message;
      }
      await pause(everyMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  })();
  return {
    get trouble() {
      return trouble;
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await work;
    },
  };
}
