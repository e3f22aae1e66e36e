/**
 * Reads a reading again and again until its budget is spent, and keeps what a failure text needs. It
 * decides nothing: `settle-on.ts` and `hold.ts` do.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type BudgetSpec, ProbeError, StackError } from '#env';
import { deadlineIn } from '../deadline.ts';
import { progress } from '../progress.ts';
import type { Reading } from '../reading.ts';
import { type Difference, differencesOf } from './differences.ts';

/** One completed read: a value and how it differs, or trouble that prevented it. */
export type Sample =
  | { readonly kind: 'value'; readonly differences: readonly Difference[]; readonly atMs: number }
  | { readonly kind: 'trouble'; readonly error: StackError | ProbeError; readonly atMs: number };

/** What is read, what is expected of it, and within which allowance. */
export interface Question {
  readonly reading: Reading<unknown>;
  readonly expected: unknown;
  readonly budget: BudgetSpec;
  /**
   * Ask less often the longer one has waited for what is expected. When the budget is spent with trouble
   * or in the middle of good reads, go on until there is a bad one: neither of them is an answer.
   */
  readonly isPatient?: true;
  /** So many reads there have to be, even if they take up to `longest` times the budget. */
  readonly fewest?: number;
}

/** A budget in which too few reads were completed lasts so many times as long at most. */
export const longest = 4;
/** One that ends without an answer lasts so much longer at most, in milliseconds. */
const mostWithoutAnswerMs = 30_000;

/** Yields completed reads, one every `everyMs`, until the budget is spent; a read it cuts off is not one. */
export async function* samples(question: Question): AsyncGenerator<Sample, void> {
  const { reading, budget, fewest = 0 } = question;
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const whole = windowOf(budget.withinMs);
  const stretched = windowOf(
    question.isPatient === true
      ? Math.min(budget.withinMs * longest, budget.withinMs + mostWithoutAnswerMs)
      : budget.withinMs * longest,
  );
  const waiting = new Waiting(reading.name);
  for (let reads = 0, end = fewest > 0 ? stretched : whole; elapsed() < end.ms;) {
    const begun = elapsed();
    const sample = await readOnce(question, end.over, elapsed);
    if (sample === undefined) {
      return;
    }
    waiting.saw(sample.text, elapsed());
    yield sample.sample;
    reads += 1;
    end = reads < fewest || isUnanswered(question, sample.sample) ? stretched : whole;
    const next = begun + pauseAfter(question, sample.sample, begun);
    await pause(Math.max(0, Math.min(next, end.ms) - elapsed()));
    if (next >= end.ms) {
      return;
    }
  }
}

interface Window {
  readonly ms: number;
  readonly over: AbortSignal;
}

function windowOf(ms: number): Window {
  return { ms, over: deadlineIn(ms) };
}

function isUnanswered({ isPatient }: Question, sample: Sample): boolean {
  return isPatient === true && (sample.kind === 'trouble' || sample.differences.length === 0);
}

/** A wait is longer by so much at most. */
const patience = 0.1;

/** How long to wait between the beginnings of two reads, in milliseconds. */
export function pauseAfter({ budget, isPatient }: Question, sample: Sample, atMs: number): number {
  const { consecutive, everyMs, withinMs } = budget;
  const isThere = sample.kind === 'value' && sample.differences.length === 0;
  if (isPatient !== true || isThere) return everyMs;
  // What is right at the end of the budget is still seen as often as it must be.
  const left = withinMs - consecutive * everyMs - atMs;
  return Math.max(everyMs, Math.min(atMs * patience, left));
}

interface Described {
  readonly sample: Sample;
  readonly text: string;
}

async function readOnce(
  question: Question,
  deadline: AbortSignal,
  elapsed: () => number,
): Promise<Described | undefined> {
  const { reading, expected } = question;
  try {
    const value = await cutOff(reading.read(deadline), deadline);
    const differences = differencesOf(expected, value);
    const first = differences[0];
    const text = reading.describe?.(value) ?? (first === undefined ? 'as expected' : line(first));
    return { sample: { kind: 'value', differences, atMs: elapsed() }, text };
  } catch (error) {
    if (deadline.aborted) {
      return undefined;
    }
    if (error instanceof StackError || error instanceof ProbeError) {
      return { sample: { kind: 'trouble', error, atMs: elapsed() }, text: error.message };
    }
    throw error;
  }
}

/** A read that ignores its signal must not hold the run up either. */
async function cutOff<T>(read: Promise<T>, deadline: AbortSignal): Promise<T> {
  let onAbort = (): void => undefined;
  const cut = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(new Error('The budget is spent.'));
    };
    deadline.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([read, cut]);
  } finally {
    deadline.removeEventListener('abort', onAbort);
    read.catch(() => undefined);
  }
}

/** Says one difference the way failure texts and progress lines do. */
export function line({ path, expected, actual }: Difference): string {
  return `${path === '' ? '' : `${path}: `}expected ${expected}, last read ${actual}`;
}

const firstTellingMs = 5_000;
const nextTellingMs = 10_000;

/** Tells now and then what a reading is still waiting for, and since when. */
class Waiting {
  readonly #name: string;
  #text = '';
  #sinceMs = 0;
  #nextMs = firstTellingMs;

  constructor(name: string) {
    this.#name = name;
  }

  saw(text: string, atMs: number): void {
    if (text !== this.#text) {
      this.#text = text;
      this.#sinceMs = atMs;
    }
    if (atMs >= this.#nextMs) {
      this.#nextMs = atMs + nextTellingMs;
      progress(`${this.#name}: ${text} for ${Math.round((atMs - this.#sinceMs) / 1_000)} s`);
    }
  }
}
