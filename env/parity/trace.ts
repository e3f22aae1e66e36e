/**
 * What a recording consists of: chapters of steps, each an exchange with an API, an order of states, or
 * a verdict of the data plane. Chapters are files, so that a change of one is read as one.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { StackError } from '../errors.ts';

const exchangeForm = z.strictObject({
  step: z.string().min(1),
  asked: z.string().min(1),
  sent: z.unknown().optional(),
  status: z.int(),
  /** Absent when the answer had no body. */
  body: z.unknown().optional(),
});

const statesForm = z.strictObject({ step: z.string().min(1), order: z.array(z.string()) });

const verdictForm = z.strictObject({ step: z.string().min(1), verdict: z.string().min(1) });

const chapterForm = z.strictObject({
  chapter: z.string().min(1),
  steps: z.array(z.union([exchangeForm, statesForm, verdictForm])),
});

/** One request and its answer. */
export type Exchange = z.output<typeof exchangeForm>;

/** The states that something went through, in their order. */
export type States = z.output<typeof statesForm>;

/** What became of packets. */
export type Verdict = z.output<typeof verdictForm>;

/** One thing that was seen. */
export type Step = Exchange | States | Verdict;

/** What was seen of one part of a stack. */
export type Chapter = z.output<typeof chapterForm>;

const head =
  '# Written by "npm run lab -- record", not by hand: what the real parts answered, without ids and times.\n';
const suffix = '.yaml';

/** Writes a recording; an earlier one in that folder goes. */
export async function writeRecording(folder: string, chapters: readonly Chapter[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stale = (await readdir(folder)).filter((name) => name.endsWith(suffix));
  await Promise.all(stale.map((name) => rm(join(folder, name))));
  for (const chapter of chapters) {
    const text = stringify(chapter, { lineWidth: 0, aliasDuplicateObjects: false });
    await writeFile(join(folder, `${chapter.chapter}${suffix}`), `${head}${text}`);
  }
}

/** Reads a recording, its chapters by name. */
export async function readRecording(folder: string): Promise<ReadonlyMap<string, Chapter>> {
  if (!existsSync(folder)) {
    throw new StackError(
      'PARITY_NO_RECORDING',
      `Reading the recording "${folder}": there is none. Make one with "npm run lab -- record".`,
    );
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix)).sort();
  const chapters = await Promise.all(
    names.map(async (name) => chapterForm.parse(parse(await readFile(join(folder, name), 'utf8')))),
  );
  return new Map(chapters.map((chapter) => [chapter.chapter, chapter]));
}
