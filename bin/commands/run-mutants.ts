/**
 * What "mutants" does: plans which scenarios meet which mutant, starts the processes that hold them, has
 * Playwright run all of it at once, and judges what became of it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cwd, stdout } from 'node:process';
import { newRunId, startMutantCages } from '#env';
import { type KillMatrix, matrixOf } from '../../reports/mutants/matrix.ts';
import { type Meeting, meetingSchema } from '../../reports/mutants/meeting.ts';
import { matrixPageOf } from '../../reports/mutants/page.ts';
import { mutantFiles, type MutantPlan } from '../../reports/mutants/plan.ts';
import { matrixSummaryOf } from '../../reports/mutants/summary.ts';
import { Interruption } from './interruption.ts';
import { chosenMutants, listed, type MutantChoice, plannedMutants } from './mutant-plan.ts';
import { runPlaywright } from './playwright.ts';
import { root } from './project.ts';
import { exitStatus } from './usage.ts';

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
  const planFile = join(outDir, mutantFiles.plan);
  writeFileSync(planFile, `${JSON.stringify(plan, undefined, 2)}\n`);
  const [first] = plan.mutants;
  const context = {
    runId: newRunId(),
    outDir,
    profile: first?.profile ?? '',
    mutantPlan: planFile,
  };
  if (!interruption.hasCome) await runPlaywright(context, []);
  const times = {
    startedAt: started.startedAt,
    durationMs: Math.round(performance.now() - started.ms),
  };
  const matrix = matrixOf(plan, meetingsIn(outDir), times);
  conclude(matrix, outDir);
  if (interruption.hasCome) return exitStatus.undecided;
  return matrix.problems.length === 0 ? exitStatus.good : exitStatus.notConformant;
}

/** The folder is always the same one: only what such a run has written is taken away. */
function clear(outDir: string): void {
  for (const name of [...Object.values(mutantFiles), 'artifacts', 'profiles']) {
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
