/**
 * Where control channels come from: the prober's file, and the streams of a process that runs it.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ProcessHandle } from '#env';
import type { ChannelStream } from './channel.ts';

/** The path of the prober on this machine. */
export const proberFile = fileURLToPath(new URL('prober.mjs', import.meta.url));

/** Reads the text of the prober, to be delivered to pods. */
export async function proberSource(): Promise<string> {
  return readFile(proberFile, 'utf8');
}

/** Uses the standard streams of a running prober as a control channel. */
export function streamOfProcess(handle: ProcessHandle): ChannelStream {
  // Nobody reads what it complains about, but an unread pipe would fill up and stop it.
  handle.stderr.resume();
  return {
    input: handle.stdin,
    output: handle.stdout,
    close: () => {
      handle.kill();
    },
  };
}
