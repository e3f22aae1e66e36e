/**
 * What the commands share about wrong usage: the error, and the exit statuses.
 */

/** The exit statuses of the command line. */
export const exitStatus = { good: 0, notConformant: 1, undecided: 2, usage: 64 } as const;

/** The words of the user cannot be acted on; the message says what to say instead. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
