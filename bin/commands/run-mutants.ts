/**
 * What "mutants" does: starts the processes that hold mutants, has scenarios meet them in up to
 * three rounds, and judges what became of it.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cwd, stdout } from 'node:process';
import { startMutantCages } from '#env';
import { type KillMatrix, matrixOf } from '../../reports/mutants/matrix.ts';
import { matrixPageOf } from '../../reports/mutants/page.ts';
import { meetingFolder, mutantFiles } from '../../reports/mutants/plan.ts';
import { matrixSummaryOf } from '../../reports/mutants/summary.ts';
import { Interruption } from './interruption.ts';
import { chosenMutants, listed, type MutantChoice } from './mutant-plan.ts';
import { againFolder, Rounds } from './mutant-rounds.ts';
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
  const rounds = new Rounds({ cages: cages.sockets, order, interruption });
  const first = await rounds.meet(chosen, { outDir, patience: order.patience });
  const again = await rounds.meetAgainWhereFaulty(chosen, first, outDir);
  const took = {
    startedAt: started.startedAt,
    durationMs: Math.round(performance.now() - started.ms),
  };
  const matrix = matrixOf(first.plan, again.meetings, { ...took, repeated: again.repeated });
  conclude(matrix, outDir);
  if (interruption.hasCome) return exitStatus.undecided;
  return matrix.problems.length === 0 ? exitStatus.good : exitStatus.notConformant;
}

const folders = ['artifacts', 'profiles', meetingFolder, againFolder];

/** The folder is always the same one: only what such a run has written is taken away. */
function clear(outDir: string): void {
  for (const name of [...Object.values(mutantFiles), ...folders]) {
    rmSync(join(outDir, name), { recursive: true, force: true });
  }
  mkdirSync(join(outDir, 'profiles'), { recursive: true });
}

function conclude(matrix: KillMatrix, outDir: string): void {
  writeFileSync(join(outDir, mutantFiles.matrix), `${JSON.stringify(matrix, undefined, 2)}\n`);
  writeFileSync(join(outDir, mutantFiles.page), matrixPageOf(matrix));
  stdout.write(`\n${matrixSummaryOf(matrix, outDir)}\n`);
}
