/**
 * What keeps a process alive: its sockets, servers, timers and look-ups. With the last one the process
 * ends, as Node does; when it is killed, all of them go.
 */
import { setImmediate } from 'node:timers';

/** The handles of one process. */
export class Handles {
  readonly #open = new Set<() => void>();
  #onIdle: (() => void) | undefined;

  /** Keeps a handle with what ends it; the answer lets it go. */
  hold(end: () => void): () => void {
    const handle = (): void => {
      end();
    };
    this.#open.add(handle);
    return () => {
      this.#open.delete(handle);
      this.#look();
    };
  }

  /** Calls once nothing is held any more. */
  whenIdle(then: () => void): void {
    this.#onIdle = then;
    this.#look();
  }

  /** Ends everything. */
  endAll(): void {
    this.#onIdle = undefined;
    const open = [...this.#open];
    this.#open.clear();
    open.forEach((end) => {
      end();
    });
  }

  #look(): void {
    if (this.#open.size > 0 || this.#onIdle === undefined) return;
    // A callback that is running may open the next one.
    setImmediate(() => {
      if (this.#open.size > 0) return;
      const then = this.#onIdle;
      this.#onIdle = undefined;
      then?.();
    });
  }
}
