/**
 * The journal: what a reader gets back, also when the last line was cut off or a line was damaged.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { journalName, JournalWriter, readJournal } from './journal.ts';
import { outcome, row, runRecord, scenario } from './testing.ts';

test.describe('a journal', () => {
  let folder: string;
  let file: string;

  test.beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kc-journal-'));
    file = join(folder, journalName);
  });
  test.afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function begun(): JournalWriter {
    const writer = new JournalWriter(folder);
    writer.write(runRecord([row('POD-01')]));
    writer.write({ type: 'plan', scenarios: [scenario('s1', 'POD-01')] });
    return writer;
  }

  test('has each record on disk before the writer goes on', () => {
    const writer = begun();
    writer.write({ type: 'outcome', ...outcome('s1', 'passed') });

    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(3);
    expect(readJournal(folder).outcomes.get('s1')?.status).toBe('passed');
  });

  test('is read up to a line that a kill cut off', () => {
    begun().close();
    appendFileSync(file, '{"type":"outcome","scenario":"s1","sta');

    const journal = readJournal(folder);

    expect(journal.scenarios).toHaveLength(1);
    expect(journal.outcomes.size).toBe(0);
    expect(journal.end).toBeUndefined();
  });

  test('is never written over', () => {
    begun().close();

    expect(() => new JournalWriter(folder)).toThrow('EEXIST');
  });

  test('names the place of a damaged line', () => {
    begun().close();
    appendFileSync(file, 'nonsense\n');

    expect(() => readJournal(folder)).toThrow(`Reading ${file}:3: found text that is not JSON.`);
  });

  test('names the place and the field of a record of another form', () => {
    begun().close();
    appendFileSync(file, '{"type":"end","at":"now"}\n');

    expect(() => readJournal(folder)).toThrow(/:3: found no valid record \(status: /);
  });

  test('says so when there is none, or when it holds no run', () => {
    expect(() => readJournal(join(folder, 'nowhere'))).toThrow('Give the folder of a run');
    writeFileSync(file, '');
    expect(() => readJournal(folder)).toThrow('found no record of type "run"');
  });
});
