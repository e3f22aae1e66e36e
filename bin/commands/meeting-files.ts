/**
 * The files that stand for mutants in a run of Playwright's. Each takes in the scenarios that its mutant
 * meets, afresh for this file, and tells their fixtures where the stack of the mutant is.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MutantPlace } from '#helpers';
import {
  meetingFileOf,
  meetingFolder,
  type MutantPlan,
  type PlannedMutant,
} from '../../reports/mutants/plan.ts';
import { root } from './project.ts';

/** Writes the file of every mutant of a plan. */
export function writeMeetingFiles({ cages, mutants }: MutantPlan, outDir: string): void {
  const folder = join(outDir, meetingFolder);
  mkdirSync(folder, { recursive: true });
  for (const mutant of mutants) {
    writeFileSync(join(folder, meetingFileOf(mutant)), sourceOf(mutant, cages));
  }
}

function sourceOf({ id, profile, files }: PlannedMutant, cages: readonly string[]): string {
  const place: MutantPlace = { mutant: id, profile, cages };
  // A module is evaluated once for each of its addresses, so every mutant has addresses of its own.
  const scenarios = files.map((file) => `${addressOf(file)}?mutant=${encodeURIComponent(id)}`);
  return [
    `import { test } from ${JSON.stringify(addressOf('helpers/index.ts'))};`,
    `test.use({ place: ${JSON.stringify(place)} });`,
    ...scenarios.map((address) => `await import(${JSON.stringify(address)});`),
    '',
  ].join('\n');
}

function addressOf(file: string): string {
  return pathToFileURL(join(root, file)).href;
}
