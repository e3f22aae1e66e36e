/**
 * Reads lines from a socket. A broken connection is no error here: the socket's close event tells.
 */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Hears every line that arrives on a socket. */
export function hearLines(socket: Socket, hear: (line: string) => void): void {
  const lines = createInterface({ input: socket });
  lines.on('line', hear);
  // The interface repeats the errors of its socket, and one that nobody hears ends the process.
  for (const source of [socket, lines]) {
    source.on('error', () => undefined);
  }
}
