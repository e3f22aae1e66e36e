/**
 * Signals that end a reading in time.
 */
import { setMaxListeners } from 'node:events';

/** A signal that is given in so many milliseconds; each part of a reading listens to it, however many. */
export function deadlineIn(ms: number): AbortSignal {
  const signal = AbortSignal.timeout(ms);
  setMaxListeners(0, signal);
  return signal;
}
