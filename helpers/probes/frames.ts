/**
 * The framing of the control channel of a prober: one JSON object per line behind a mark that no other
 * output contains, so that foreign lines and lines torn by a broken stream are passed over.
 */
import { StringDecoder } from 'node:string_decoder';

const recordSeparator = '\u001e';
const mark = `${recordSeparator}kc `;
const longestLine = 16 * 1024 * 1024;

/** One message of a prober. */
export type Message = Readonly<Record<string, unknown>>;

/** Writes one control line. */
export function encodeOrder(order: object): string {
  return `${recordSeparator}${JSON.stringify(order)}\n`;
}

/** Finds the messages of a prober in its output, however it is cut into pieces. */
export class FrameDecoder {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** Takes a piece of output and gives the messages that it completes. */
  push(chunk: Buffer | string): Message[] {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-longestLine);
    return lines.map(messageIn).filter((message) => message !== undefined);
  }
}

function messageIn(line: string): Message | undefined {
  const start = line.lastIndexOf(mark);
  if (start < 0) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(line.slice(start + mark.length));
    return typeof value === 'object' && value !== null ? (value as Message) : undefined;
  } catch {
    // Torn when a stream broke; the channel asks again.
    return undefined;
  }
}
