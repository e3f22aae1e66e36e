/**
 * Ctrl-C and SIGTERM while something is running that has to be ended in good order: they are noted here
 * instead of ending the process on the spot.
 */

/** Notes that somebody wants an end, until it is disposed of. */
export class Interruption implements Disposable {
  #hasCome = false;
  readonly #come: Promise<void>;
  readonly #note: () => void;

  constructor() {
    let come = (): void => undefined;
    this.#come = new Promise((resolve) => {
      come = resolve;
    });
    this.#note = () => {
      this.#hasCome = true;
      come();
    };
    process.on('SIGINT', this.#note).on('SIGTERM', this.#note);
  }

  get hasCome(): boolean {
    return this.#hasCome;
  }

  /** Resolves when somebody wants an end. */
  get come(): Promise<void> {
    return this.#come;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#note).off('SIGTERM', this.#note);
  }
}
