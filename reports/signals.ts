/**
 * Recognises the structured lines that scenarios send to the reporter through their standard output.
 */
import type { Signal, SignalMark } from '../helpers/progress.ts';

const mark: SignalMark = '::kuryr-conformance::';

/** What a piece of output says: signals for the reporter, and plain text for the reader. */
export interface Heard {
  readonly signals: readonly Signal[];
  readonly text: string;
}

/** Sorts a piece of a worker's output into signals and plain text. */
export function hear(chunk: string): Heard {
  const signals: Signal[] = [];
  const rest: string[] = [];
  for (const line of chunk.split('\n')) {
    const signal = line.startsWith(mark) ? parsed(line.slice(mark.length)) : undefined;
    if (signal === undefined) {
      rest.push(line);
    } else {
      signals.push(signal);
    }
  }
  return { signals, text: rest.join('\n').trim() };
}

function parsed(text: string): Signal | undefined {
  try {
    const value = JSON.parse(text) as Partial<Signal>;
    return value.kind === 'progress' || value.kind === 'facts' ? (value as Signal) : undefined;
  } catch {
    // A line that a scenario has cut or imitated is plain text.
    return undefined;
  }
}
