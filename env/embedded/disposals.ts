/**
 * What has been started so far, so that all of it can be ended in the reverse order; Node 20 has no
 * AsyncDisposableStack.
 */

/** A growing list of things to end. */
export class Disposals implements AsyncDisposable {
  readonly #all: AsyncDisposable[] = [];

  /** Notes something that was started, and gives it back. */
  use<T extends AsyncDisposable>(started: T): T {
    this.#all.push(started);
    return started;
  }

  /** Notes something that has to be done at the end. */
  defer(end: () => Promise<void> | void): void {
    this.#all.push({
      [Symbol.asyncDispose]: async () => {
        await end();
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (let next = this.#all.pop(); next !== undefined; next = this.#all.pop()) {
      try {
        await next[Symbol.asyncDispose]();
      } catch (error) {
        // One part that does not end must not keep the others alive.
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Ending the stack');
  }
}
