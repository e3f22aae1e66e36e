/**
 * Makes the reports of a run from its journal, as often as one likes: `conformance.json`, `index.html`,
 * and the link `latest` beside the run's folder.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type ConformanceDocument, documentOf } from './document.ts';
import { readJournal } from './journal.ts';
import { pageOf } from './page.ts';

/** Renders all reports of the run in `outDir` and returns their document. */
export function report(outDir: string): ConformanceDocument {
  const document = documentOf(readJournal(outDir));
  writeWhole(join(outDir, 'conformance.json'), `${JSON.stringify(document, undefined, 2)}\n`);
  writeWhole(join(outDir, 'index.html'), pageOf(document));
  return document;
}

/** Points `latest` at the folder of a run; a file or folder of that name is left alone. */
export function linkLatest(outDir: string, link: string): void {
  if (existsSync(link) && !lstatSync(link).isSymbolicLink()) {
    return;
  }
  const fresh = `${link}.new`;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(fresh, { force: true });
  symlinkSync(relative(dirname(link), outDir), fresh);
  renameSync(fresh, link);
}

function writeWhole(file: string, text: string): void {
  // A reader never sees half a file, also when this process is killed.
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
