/**
 * Structured lines from a Playwright worker to the reporter of the run: what a scenario is waiting
 * for, and the facts of the stack it speaks to. The worker's standard output is the only channel
 * that Playwright offers for this while a scenario is still running.
 */
import { stdout } from 'node:process';
import type { StackFacts } from '#env';

/** The mark that opens a structured line; the reporter repeats it under this very type. */
export type SignalMark = '::kuryr-conformance::';

/** What a worker can tell the reporter while it works. */
export type Signal =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: StackFacts };

const mark: SignalMark = '::kuryr-conformance::';

/** Tells the person at the terminal what the scenario is waiting for. */
export function progress(text: string): void {
  send({ kind: 'progress', text });
}

/** Hands the facts of the opened stack to the journal of the run. */
export function declareFacts(facts: StackFacts): void {
  send({ kind: 'facts', facts });
}

function send(signal: Signal): void {
  stdout.write(`${mark} ${JSON.stringify(signal)}\n`);
}
