/**
 * What a container has written, line by line with its moment, and those who follow it.
 */
import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';

/** One line of a log. */
export interface LogLine {
  readonly at: string;
  readonly text: string;
}

/** A piece of output as it came. */
export interface Piece {
  readonly from: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const keptBytes = 4_000_000;

/** The output of one run of a container. */
export class ContainerLog {
  readonly #lines: LogLine[] = [];
  readonly #rests = { stdout: '', stderr: '' };
  readonly #events = new EventEmitter<{ line: [LogLine]; piece: [Piece]; end: [] }>();
  #bytes = 0;
  #open = 0;

  constructor() {
    this.#events.setMaxListeners(0);
  }

  /** Reads a stream of a process to its end. */
  read(stream: Readable, from: Piece['from']): void {
    this.#open += 1;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      this.#flush(from);
      this.#open -= 1;
      if (this.#open === 0) this.#events.emit('end');
    };
    stream.on('data', (chunk: Buffer | string) => {
      this.#take(from, Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
    });
    for (const event of ['end', 'close', 'error'] as const) stream.once(event, end);
  }

  get isEnded(): boolean {
    return this.#open === 0;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Hears each line from now on; gives what ends it. */
  follow(onLine: (line: LogLine) => void, onEnd: () => void): () => void {
    this.#events.on('line', onLine).once('end', onEnd);
    return () => {
      this.#events.off('line', onLine).off('end', onEnd);
    };
  }

  /** Hears the output as it comes, for those who are attached. */
  listen(onPiece: (piece: Piece) => void): () => void {
    this.#events.on('piece', onPiece);
    return () => {
      this.#events.off('piece', onPiece);
    };
  }

  #take(from: Piece['from'], bytes: Buffer): void {
    this.#events.emit('piece', { from, bytes });
    const parts = (this.#rests[from] + bytes.toString('utf8')).split('\n');
    this.#rests[from] = parts.pop() ?? '';
    for (const text of parts) this.#add(text);
  }

  #flush(from: Piece['from']): void {
    if (this.#rests[from] !== '') this.#add(this.#rests[from]);
    this.#rests[from] = '';
  }

  #add(text: string): void {
    const line = { at: new Date().toISOString(), text };
    this.#lines.push(line);
    this.#bytes += text.length;
    while (this.#bytes > keptBytes) this.#bytes -= this.#lines.shift()?.text.length ?? keptBytes;
    this.#events.emit('line', line);
  }
}
