/**
 * The plan of a run of mutants: which scenarios each of them meets, and what they have to make of it. The
 * command line writes it, the configuration of Playwright and the matrix read it.
 */
import { basename } from 'node:path';
import { z } from 'zod';

const plannedMutant = z.object({
  /** Its place: folder and file. */
  id: z.string(),
  fault: z.string(),
  origin: z.string().optional(),
  /** The stack on which it is tried. */
  base: z.string(),
  breaks: z.array(z.string()),
  mayBreak: z.array(z.string()),
  isEverywhere: z.boolean(),
  /** The links that it breaks; none for a harmless one. */
  layers: z.array(z.string()),
  /** The file of its profile. */
  profile: z.string(),
  /** The files of the scenarios that it meets, seen from the root of the project. */
  files: z.array(z.string()),
  /** How many they are. */
  meets: z.number().int(),
  /** Matches the titles and tags of these scenarios, without the name of a file before them. */
  pattern: z.string(),
});

/** The form of a plan. */
export const planSchema = z.object({
  /** The processes that hold mutants, one for each worker. */
  cages: z.array(z.string()),
  mutants: z.array(plannedMutant),
  /** The MUST requirements that need a mutant. */
  musts: z.array(z.string()),
  /** The others, which are red on every stack without any mutant. */
  redByItself: z.array(z.string()),
  /** Whether all mutants run, so that a MUST without one is a fault. */
  isFull: z.boolean(),
});

/** The plan of a run of mutants. */
export type MutantPlan = z.output<typeof planSchema>;
/** One mutant of a plan. */
export type PlannedMutant = z.output<typeof plannedMutant>;
/** The names of the files in the folder of a run of mutants. */
export const mutantFiles = {
  plan: 'plan.json',
  meetings: 'meetings.jsonl',
  matrix: 'kill-matrix.json',
  page: 'index.html',
} as const;

/** The folder, below that of the run, of the files that stand for the mutants; see `meetingFileOf`. */
export const meetingFolder = 'meetings';
const fileEnd = '.spec.mjs';

/**
 * The file whose tests are the scenarios that a mutant meets. Playwright takes files by their names:
 * mutants with many meetings come first, lest the last worker has one of them to itself.
 */
export function meetingFileOf({ id, meets }: Pick<PlannedMutant, 'id' | 'meets'>): string {
  const rank = String(Math.max(0, 99 - meets)).padStart(2, '0');
  return `${rank}.${id.replaceAll('/', '--')}${fileEnd}`;
}

/** The mutant for which such a file stands, with or without folders before its name. */
export function mutantOfFile(file: string): string {
  return basename(file, fileEnd)
    .replace(/^\d\d\./, '')
    .replaceAll('--', '/');
}
