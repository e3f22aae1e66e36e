/**
 * Practises one drill: the requirement is green, then red for the right reason while the fault lasts,
 * then green again. The look after one drill is the look before the next one of the same requirement.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { keepStriking, Scene, type Striking } from '#helpers';
import type { ConformanceDocument } from '../../reports/document.ts';
import type { Verdict } from '../../reports/verdict.ts';
import { documentOfRun, type RunPlace } from '../commands/run-scenarios.ts';
import type { Drill, RequirementId } from './drill.ts';

/** What came of a drill. */
export const drillVerdicts = [
  'caught',
  'missed',
  'misexplained',
  'not-healed',
  'inconclusive',
  'not-applicable',
] as const;

/** What came of a drill, in one word. */
export type DrillVerdict = (typeof drillVerdicts)[number];

/** The verdict on a requirement, and the text that goes with it. */
export interface Look {
  readonly verdict: Verdict;
  readonly message: string;
}

/** A drill that was practised. */
export interface Practised {
  readonly drill: Drill;
  readonly verdict: DrillVerdict;
  /** Why it is not caught, or how the failure was worded. */
  readonly message: string;
  /** What was done to the stack. */
  readonly deeds: readonly string[];
  readonly looks: { readonly before: Verdict; readonly during?: Verdict; readonly after?: Verdict };
  readonly tookMs: number;
}

/** Where drills are practised, and how their progress is told. */
export interface PracticePlace {
  readonly profile: string;
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Tells whether somebody wants an end, so that nothing more is begun. */
  readonly isOver: () => boolean;
}

/**
 * Between two looks of a fault: what it breaks may be judged moments after it has come into being, and mended
 * by Kuryr as soon. A fault looks twice as often as a scenario that waits for a pod.
 */
function strikeEveryMs({ budgets }: RunPlace['profile']): number {
  return budgets.podReady.everyMs / 2;
}

const nothing: Look = { verdict: 'not-run', message: 'The run ended before it began.' };

function lookIn(document: ConformanceDocument | undefined, id: RequirementId): Look {
  const row = document?.requirements.find((requirement) => requirement.id === id);
  return row === undefined ? nothing : { verdict: row.verdict, message: row.message };
}

/** Runs what covers a requirement, with something beside it if it is given. */
export async function look(
  place: PracticePlace,
  order: {
    readonly requirement: RequirementId;
    readonly name: string;
    readonly beside?: (run: RunPlace) => Promise<AsyncDisposable>;
  },
): Promise<Look> {
  const { requirement, name, beside } = order;
  const out = join(place.folder, name);
  mkdirSync(out, { recursive: true });
  const document = await documentOfRun({
    profile: place.profile,
    area: [],
    requirement: [requirement],
    out,
    aside: { log: join(out, 'output.txt'), ...(beside === undefined ? {} : { beside }) },
  });
  return lookIn(document, requirement);
}

/** A scene with a fault at work in it; both end together. */
interface Disturbance extends AsyncDisposable {
  readonly scene: Scene;
  readonly striking: Striking;
}

async function disturb(drill: Drill, run: RunPlace): Promise<Disturbance> {
  const scene = await Scene.open(run);
  const striking = keepStriking(scene, drill.fault, strikeEveryMs(run.profile));
  return {
    scene,
    striking,
    async [Symbol.asyncDispose]() {
      await striking[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
    },
  };
}

/** Breaks the stack, looks, mends it and looks again. */
export async function practise(
  place: PracticePlace,
  drill: Drill,
  before: Look,
): Promise<Practised> {
  const started = performance.now();
  const { requirement } = drill;
  const base = { drill, deeds: [] as readonly string[] };
  const took = (): { tookMs: number } => ({ tookMs: Math.round(performance.now() - started) });
  if (before.verdict !== 'passed') {
    const isOut = before.verdict === 'not-applicable';
    const verdict = isOut ? ('not-applicable' as const) : ('inconclusive' as const);
    const message = `before the fault: ${before.verdict}. ${before.message}`;
    return { ...base, verdict, message, looks: { before: before.verdict }, ...took() };
  }
  let disturbance: Disturbance | undefined;
  const during = await look(place, {
    requirement,
    name: `${drill.id}/during`,
    beside: async (run) => (disturbance = await disturb(drill, run)),
  });
  const deeds = disturbance?.scene.deeds ?? [];
  place.say(`${drill.id}: ${during.verdict} while the fault lasts`);
  for (const stuck of disturbance?.scene.stuck ?? [])
    place.say(`${drill.id}: not taken back: ${stuck}`);
  const after = place.isOver()
    ? nothing
    : await look(place, { requirement, name: `${drill.id}/after` });
  const looks = { before: before.verdict, during: during.verdict, after: after.verdict };
  const judged = judge(drill, { during, after, deeds, trouble: disturbance?.striking.trouble });
  return { ...base, ...judged, deeds, looks, ...took() };
}

/** Says what came of a drill. */
export function judge(
  drill: Drill,
  seen: {
    readonly during: Look;
    readonly after: Look;
    readonly deeds: readonly string[];
    readonly trouble?: string | undefined;
  },
): { readonly verdict: DrillVerdict; readonly message: string } {
  const { during, after, deeds, trouble } = seen;
  if (deeds.length === 0) {
    const why = trouble === undefined ? '' : ` The last look said: ${trouble}`;
    return { verdict: 'inconclusive', message: `The fault found nothing to break.${why}` };
  }
  if (during.verdict === 'passed') {
    return { verdict: 'missed', message: 'The requirement stayed green.' };
  }
  if (during.verdict !== 'failed') return { verdict: 'inconclusive', message: during.message };
  if (!drill.explains.test(during.message)) {
    return { verdict: 'misexplained', message: during.message };
  }
  if (after.verdict === 'passed') return { verdict: 'caught', message: during.message };
  return after.verdict === 'not-run'
    ? { verdict: 'inconclusive', message: `Red while the fault lasted, then: ${after.message}` }
    : { verdict: 'not-healed', message: `after the fault: ${after.verdict}. ${after.message}` };
}
