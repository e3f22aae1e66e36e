/**
 * What "mutants" does: plans which scenarios meet which mutant, starts the processes that hold them, has
 * Playwright run all of it at once, and judges what became of it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cwd, stdout } from 'node:process';
import { newRunId, startMutantCages } from '#env';
import { judgedOf, type KillMatrix, matrixOf } from '../../reports/mutants/matrix.ts';
import { type Meeting, meetingSchema } from '../../reports/mutants/meeting.ts';
import { matrixPageOf } from '../../reports/mutants/page.ts';
import { meetingFolder, mutantFiles, type MutantPlan } from '../../reports/mutants/plan.ts';
import { matrixSummaryOf } from '../../reports/mutants/summary.ts';
import { Interruption } from './interruption.ts';
import { writeMeetingFiles } from './meeting-files.ts';
import { chosenMutants, listed, type MutantChoice, plannedMutants } from './mutant-plan.ts';
import { runPlaywright } from './playwright.ts';
import { root } from './project.ts';
import { exitStatus } from './usage.ts';

/** The folder of the second round, below that of the run. */
const againFolder = 'again';
const atOnceAgain = 2;
/** With more of them than this, the fault is not the hour's. */
const mostAgain = 40;

/** Which mutants run, and how. */
export interface MutantsOrder extends MutantChoice {
  readonly list?: true;
  readonly atOnce: number;
  readonly out?: string;
}

/** Runs the chosen mutants; gives the exit status. */
export async function runMutants(order: MutantsOrder): Promise<number> {
  if (order.list === true) {
    stdout.write(await listed(order));
    return exitStatus.good;
  }
  const chosen = await chosenMutants(order);
  const outDir = resolve(cwd(), order.out ?? join(root, 'reports/out/mutants'));
  clear(outDir);
  const started = { startedAt: new Date().toISOString(), ms: performance.now() };
  using interruption = new Interruption();
  await using cages = await startMutantCages(Math.min(order.atOnce, chosen.length));
  const planned = await plannedMutants(chosen, order, outDir);
  const plan: MutantPlan = { cages: [...cages.sockets], ...planned };
  const first = await roundOf(plan, outDir, interruption);
  const again = await againWhereFaulty(plan, first, { outDir, interruption });
  const took = {
    startedAt: started.startedAt,
    durationMs: Math.round(performance.now() - started.ms),
  };
  const matrix = matrixOf(plan, again.meetings, { ...took, repeated: again.repeated });
  conclude(matrix, outDir);
  if (interruption.hasCome) return exitStatus.undecided;
  return matrix.problems.length === 0 ? exitStatus.good : exitStatus.notConformant;
}

/** Has every mutant of a plan meet its scenarios. */
async function roundOf(
  plan: MutantPlan,
  outDir: string,
  interruption: Interruption,
): Promise<Meeting[]> {
  const planFile = join(outDir, mutantFiles.plan);
  writeFileSync(planFile, `${JSON.stringify(plan, undefined, 2)}\n`);
  writeMeetingFiles(plan, outDir);
  const profile = plan.mutants[0]?.profile ?? '';
  const context = { runId: newRunId(), outDir, profile, mutantPlan: planFile };
  if (!interruption.hasCome) await runPlaywright(context, []);
  return meetingsIn(outDir);
}

/**
 * What looks like a fault of a mutant may be one of the hour: on a busy machine answers come late. Those
 * mutants meet their scenarios once more, with fewer beside them, and what comes of that counts.
 */
async function againWhereFaulty(
  plan: MutantPlan,
  first: readonly Meeting[],
  { outDir, interruption }: { readonly outDir: string; readonly interruption: Interruption },
): Promise<{ readonly meetings: readonly Meeting[]; readonly repeated: KillMatrix['repeated'] }> {
  const faulty = judgedOf(plan, first).filter(({ verdict }) => verdict === 'faulty');
  if (faulty.length === 0 || faulty.length > mostAgain || interruption.hasCome) {
    return { meetings: first, repeated: [] };
  }
  stdout.write(`\nonce more, with less beside them: ${faulty.map(({ id }) => id).join(', ')}\n`);
  const ids = new Set(faulty.map(({ id }) => id));
  const folder = join(outDir, againFolder);
  mkdirSync(folder);
  const mutants = plan.mutants.filter(({ id }) => ids.has(id));
  const second = await roundOf(
    { ...plan, mutants, cages: plan.cages.slice(0, atOnceAgain) },
    folder,
    interruption,
  );
  return {
    meetings: [...first.filter(({ mutant }) => !ids.has(mutant)), ...second],
    repeated: faulty.map(({ id, problems }) => ({ id, problems })),
  };
}

const folders = ['artifacts', 'profiles', meetingFolder, againFolder];

/** The folder is always the same one: only what such a run has written is taken away. */
function clear(outDir: string): void {
  for (const name of [...Object.values(mutantFiles), ...folders]) {
    rmSync(join(outDir, name), { recursive: true, force: true });
  }
  mkdirSync(join(outDir, 'profiles'), { recursive: true });
}

function meetingsIn(outDir: string): Meeting[] {
  const file = join(outDir, mutantFiles.meetings);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => meetingSchema.parse(JSON.parse(line)));
}

function conclude(matrix: KillMatrix, outDir: string): void {
  writeFileSync(join(outDir, mutantFiles.matrix), `${JSON.stringify(matrix, undefined, 2)}\n`);
  writeFileSync(join(outDir, mutantFiles.page), matrixPageOf(matrix));
  stdout.write(`\n${matrixSummaryOf(matrix, outDir)}\n`);
}
