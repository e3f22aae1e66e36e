/**
 * Writes and reads `journal.jsonl`. Each record is on disk before the writer returns, so that a run
 * that is killed loses nothing it has told; a line that was cut off by the kill is no record.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type FactsRecord,
  type JournalRecord,
  journalRecord,
  type Outcome,
  type PlannedScenario,
  type Unstamped,
} from './journal-schema.ts';

/** The name of the journal in the folder of its run. */
export const journalName = 'journal.jsonl';

/** The run record that opens every journal. */
export type RunRecord = Extract<JournalRecord, { type: 'run' }>;

/** Everything that a journal tells, sorted by kind. */
export interface Journal {
  readonly run: RunRecord;
  readonly scenarios: readonly PlannedScenario[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly facts: FactsRecord | undefined;
  readonly troubles: readonly string[];
  /** When the last record was written. */
  readonly endedAt: string;
  /** How Playwright ended; undefined when the run was killed. */
  readonly end: string | undefined;
}

/** A journal that cannot be used, and why. */
export class JournalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
  }
}

/** Appends records to the journal of one run. */
export class JournalWriter {
  readonly #file: number;

  constructor(outDir: string) {
    mkdirSync(outDir, { recursive: true });
    // "ax": a journal is written by one run only and never rewritten.
    this.#file = openSync(join(outDir, journalName), 'ax', 0o644);
  }

  write(record: Unstamped): void {
    const stamped = { ...record, at: new Date().toISOString() };
    writeSync(this.#file, `${JSON.stringify(stamped)}\n`);
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Reads the journal of a run's folder. */
export function readJournal(outDir: string): Journal {
  const file = join(outDir, journalName);
  const records = recordsOf(file);
  const run = records.find((record) => record.type === 'run');
  if (run === undefined) {
    throw new JournalError(
      `Reading "${file}": found no record of type "run". It is not the journal of a run, or the run was killed before it began; start the run again.`,
    );
  }
  const outcomes = new Map<string, Outcome>();
  for (const record of records) {
    if (record.type === 'outcome') {
      outcomes.set(record.scenario, record);
    }
  }
  return {
    run,
    scenarios: records.flatMap((record) => (record.type === 'plan' ? record.scenarios : [])),
    outcomes,
    facts: records.find((record) => record.type === 'facts')?.facts,
    troubles: records.flatMap((record) => (record.type === 'trouble' ? [record.message] : [])),
    endedAt: records.at(-1)?.at ?? run.at,
    end: records.find((record) => record.type === 'end')?.status,
  };
}

function recordsOf(file: string): JournalRecord[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new JournalError(
      `Reading "${file}": ${(cause as Error).message}. Give the folder of a run, such as reports/out/latest.`,
      { cause },
    );
  }
  const lines = text.split('\n');
  // What follows the last line break is empty, or the beginning of a record that a kill cut off.
  lines.pop();
  return lines.map((line, index) => parsed(line, `${file}:${index + 1}`));
}

function parsed(line: string, place: string): JournalRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new JournalError(
      `Reading ${place}: found text that is not JSON. The journal is damaged.`,
      {
        cause,
      },
    );
  }
  const result = journalRecord.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new JournalError(
      `Reading ${place}: found no valid record (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). ` +
        'It was written by another version of this project; make the report with that one.',
    );
  }
  return result.data;
}
