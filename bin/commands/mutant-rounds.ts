/**
 * Rounds of a run of mutants: which scenarios meet which mutant is planned, and Playwright runs all of it
 * at once.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stdout } from 'node:process';
import { type KnownMutant, newRunId } from '#env';
import { judgedOf, type KillMatrix } from '../../reports/mutants/matrix.ts';
import { type Meeting, meetingSchema } from '../../reports/mutants/meeting.ts';
import { mutantFiles, type MutantPlan } from '../../reports/mutants/plan.ts';
import type { Interruption } from './interruption.ts';
import { writeMeetingFiles } from './meeting-files.ts';
import { type MutantChoice, plannedMutants } from './mutant-plan.ts';
import { runPlaywright } from './playwright.ts';

/** The folder of the further rounds, below that of the run. */
export const againFolder = 'again';
/** Half as many at once, with twice the patience. */
const again = { rounds: 2, share: 0.5, patience: 2 };
/** With more of them than this, the fault is not the hour's. */
const mostAgain = 40;

/** What was planned, and what came of it. */
export interface Round {
  readonly plan: MutantPlan;
  readonly meetings: readonly Meeting[];
}

interface Circumstances {
  /** The sockets of the processes that hold mutants, one for each worker. */
  readonly cages: readonly string[];
  readonly order: MutantChoice;
  readonly interruption: Interruption;
}

/** Has mutants meet their scenarios. */
export class Rounds {
  readonly #around: Circumstances;

  constructor(around: Circumstances) {
    this.#around = around;
  }

  /** Has each of the mutants meet its scenarios, with budgets so many times as long as usual. */
  async meet(
    mutants: readonly KnownMutant[],
    how: { readonly outDir: string; readonly patience: number; readonly share?: number },
  ): Promise<Round> {
    const { cages, order, interruption } = this.#around;
    const { outDir, patience, share = 1 } = how;
    const atOnce = Math.ceil(cages.length * share);
    mkdirSync(join(outDir, 'profiles'), { recursive: true });
    const planned = await plannedMutants(mutants, { ...order, patience }, outDir);
    const plan: MutantPlan = { cages: cages.slice(0, atOnce), ...planned };
    const planFile = join(outDir, mutantFiles.plan);
    writeFileSync(planFile, `${JSON.stringify(plan, undefined, 2)}\n`);
    writeMeetingFiles(plan, outDir);
    const profile = plan.mutants[0]?.profile ?? '';
    const context = { runId: newRunId(), outDir, profile, mutantPlan: planFile };
    if (!interruption.hasCome) await runPlaywright(context, []);
    return { plan, meetings: meetingsIn(outDir) };
  }

  /**
   * What looks like a fault of a mutant may be one of the hour: on a busy machine answers come late. Those
   * mutants meet their scenarios once more, with more patience and less beside them, and that counts; and
   * those of them that are faulty still, for a last time. A scenario that is red somewhere else than at the
   * defect may be red for another reason, and so is met once more too.
   */
  async meetAgainWhereFaulty(
    mutants: readonly KnownMutant[],
    first: Round,
    outDir: string,
  ): Promise<{ readonly meetings: readonly Meeting[]; readonly repeated: KillMatrix['repeated'] }> {
    let { meetings } = first;
    const repeated: KillMatrix['repeated'] = [];
    let { patience } = this.#around.order;
    for (let round = 1; round <= again.rounds; round += 1) {
      const faulty = this.#faultyIn({ ...first, meetings }, round);
      if (faulty.length === 0) break;
      const ids = new Set(faulty.map(({ id }) => id));
      stdout.write(`\nonce more, with less beside them: ${[...ids].join(', ')}\n`);
      repeated.push(...faulty);
      patience *= again.patience;
      const next = await this.meet(
        mutants.filter(({ id }) => ids.has(id)),
        { outDir: join(outDir, againFolder, String(round)), patience, share: again.share },
      );
      meetings = [...meetings.filter(({ mutant }) => !ids.has(mutant)), ...next.meetings];
    }
    return { meetings, repeated };
  }

  #faultyIn({ plan, meetings }: Round, round: number): readonly Faulty[] {
    if (this.#around.interruption.hasCome) return [];
    const faulty = judgedOf(plan, meetings).flatMap(({ id, verdict, problems, isLayerRight }) => {
      if (verdict === 'faulty') return [{ id, problems }];
      return round === 1 && isLayerRight === false ? [{ id, problems: [elsewhere] }] : [];
    });
    return faulty.length > mostAgain ? [] : faulty;
  }
}

type Faulty = KillMatrix['repeated'][number];

const elsewhere = 'killed, but the diagnosis names another layer';

function meetingsIn(outDir: string): Meeting[] {
  const file = join(outDir, mutantFiles.meetings);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => meetingSchema.parse(JSON.parse(line)));
}
