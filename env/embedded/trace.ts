/**
 * Stack traces of the embedded stack name the lines of its sources, although it runs from one file. Node looks
 * them up for every trace while that is switched on, also for the many that nobody reads: for each connection
 * that breaks it makes one.
 */

/** The trace of an error, by the lines of the sources. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  process.setSourceMapsEnabled(true);
  try {
    return error.stack ?? error.message;
  } finally {
    process.setSourceMapsEnabled(false);
  }
}
