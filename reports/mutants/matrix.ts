/**
 * The kill matrix: from meetings to what they say of each mutant and of the whole.
 */
import { z } from 'zod';
import { type Meeting, meetingSchema } from './meeting.ts';
import type { MutantPlan, PlannedMutant } from './plan.ts';

/** The version of the form of the matrix. */
export const matrixVersion = 3;

const judged = z.object({
  id: z.string(),
  fault: z.string(),
  origin: z.string().optional(),
  base: z.string(),
  breaks: z.array(z.string()),
  layers: z.array(z.string()),
  verdict: z.enum(['killed', 'harmless', 'faulty']),
  /** Why it is faulty. */
  problems: z.array(z.string()),
  /** Whether every diagnosis names one of its layers; none for a harmless one or without a red scenario. */
  isLayerRight: z.boolean().optional(),
  /** Requirements that turned red because they share a scenario with a named one. */
  dragged: z.array(z.string()),
  meetings: z.array(meetingSchema.omit({ mutant: true, requirements: true })),
});

/** The form of `kill-matrix.json`. */
export const matrixSchema = z.object({
  schemaVersion: z.literal(matrixVersion),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  isFull: z.boolean(),
  figures: z.object({
    mutants: z.number(),
    killed: z.number(),
    harmless: z.number(),
    meetings: z.number(),
    wrongReds: z.number(),
    layersNamed: z.number(),
    layersRight: z.number(),
  }),
  /** What makes the run fail. */
  problems: z.array(z.string()),
  /** Mutants that were faulty in a round, and why; what counts is their last round. */
  repeated: z.array(z.object({ id: z.string(), problems: z.array(z.string()) })),
  /** Each MUST with the mutants that have turned it red. */
  musts: z.array(z.object({ id: z.string(), killers: z.array(z.string()) })),
  /** The other MUSTs: red on every stack without any mutant. */
  redByItself: z.array(z.string()),
  mutants: z.array(judged),
});

/** The kill matrix. */
export type KillMatrix = z.output<typeof matrixSchema>;
type JudgedMutant = z.output<typeof judged>;

/** What is known of a run beside its meetings. */
export interface MatrixRun extends Pick<KillMatrix, 'repeated'> {
  readonly startedAt: string;
  readonly durationMs: number;
}

/** Makes the matrix of a run. */
export function matrixOf(
  plan: MutantPlan,
  meetings: readonly Meeting[],
  run: MatrixRun,
): KillMatrix {
  const mutants = judgedOf(plan, meetings);
  const musts = plan.musts.map((id) => ({ id, killers: killersOf(id, mutants, meetings) }));
  const unkilled = musts.filter(({ killers }) => killers.length === 0).map(({ id }) => id);
  const named = mutants.filter(({ isLayerRight }) => isLayerRight !== undefined);
  return {
    schemaVersion: matrixVersion,
    ...run,
    isFull: plan.isFull,
    figures: {
      mutants: mutants.filter(({ breaks }) => breaks.length > 0).length,
      killed: mutants.filter(({ verdict }) => verdict === 'killed').length,
      harmless: mutants.filter(({ breaks }) => breaks.length === 0).length,
      meetings: meetings.length,
      wrongReds: plan.mutants.flatMap((mutant) => wrongReds(mutant, meetings)).length,
      layersNamed: named.length,
      layersRight: named.filter(({ isLayerRight }) => isLayerRight === true).length,
    },
    problems: [
      ...mutants.flatMap(({ id, problems }) => problems.map((problem) => `${id}: ${problem}`)),
      ...(plan.isFull && unkilled.length > 0
        ? [`MUST without a mutant: ${unkilled.join(', ')}`]
        : []),
    ],
    musts,
    redByItself: plan.redByItself,
    mutants,
  };
}

/** Says what came of each mutant of a plan. */
export function judgedOf(plan: MutantPlan, meetings: readonly Meeting[]): JudgedMutant[] {
  return plan.mutants.map((mutant) =>
    judge(
      mutant,
      meetings.filter((meeting) => meeting.mutant === mutant.id),
    ),
  );
}

function killersOf(
  id: string,
  mutants: readonly JudgedMutant[],
  meetings: readonly Meeting[],
): string[] {
  return mutants
    .filter((mutant) => mutant.breaks.includes(id))
    .filter((mutant) =>
      meetings.some(
        ({ mutant: met, result, requirements }) =>
          met === mutant.id && result === 'red' && requirements.includes(id),
      ),
    )
    .map((mutant) => mutant.id);
}

function wrongReds(mutant: PlannedMutant, meetings: readonly Meeting[]): Meeting[] {
  if (mutant.isEverywhere) return [];
  const allowed = [...mutant.breaks, ...mutant.mayBreak];
  return meetings.filter(
    (meeting) =>
      meeting.mutant === mutant.id &&
      meeting.result === 'red' &&
      !meeting.requirements.some((id) => allowed.includes(id)),
  );
}

function judge(mutant: PlannedMutant, meetings: readonly Meeting[]): JudgedMutant {
  const { id, fault, origin, base, breaks, layers } = mutant;
  const reds = meetings.filter(({ result }) => result === 'red');
  const red = new Set(reds.flatMap(({ requirements }) => requirements));
  const problems = problemsOf(mutant, meetings, red);
  const isLayerRight =
    layers.length === 0 || reds.length === 0
      ? undefined
      : reds
          .filter(({ requirements }) => requirements.some((one) => breaks.includes(one)))
          .every(({ layer }) => layer !== undefined && layers.includes(layer));
  return {
    ...{ id, fault, base, breaks, layers },
    ...(origin === undefined ? {} : { origin }),
    verdict: problems.length > 0 ? 'faulty' : breaks.length === 0 ? 'harmless' : 'killed',
    problems,
    ...(isLayerRight === undefined ? {} : { isLayerRight }),
    dragged: [...red].filter((one) => !breaks.includes(one)).sort(),
    meetings: meetings.map(told),
  };
}

function problemsOf(
  mutant: PlannedMutant,
  meetings: readonly Meeting[],
  red: ReadonlySet<string>,
): string[] {
  const survived = mutant.breaks.filter((id) => !red.has(id));
  const undecided = meetings.filter(({ result }) => result === 'undecided');
  const wrong = wrongReds(mutant, meetings);
  return [
    ...(meetings.some(({ result }) => result !== 'not-applicable')
      ? []
      : ['no scenario has met it']),
    ...(survived.length > 0 ? [`survives: ${survived.join(', ')} stay green`] : []),
    ...wrong.map(({ scenario, message }) => `wrong red: ${scenario}: ${headOf(message)}`),
    ...undecided.map(({ scenario, message }) => `not judged: ${scenario}: ${headOf(message)}`),
  ];
}

function headOf(message: string): string {
  return message.split('\n')[0] ?? '';
}

/** A meeting under its mutant, where both need not be said again. */
function told(meeting: Meeting): JudgedMutant['meetings'][number] {
  const { scenario, result, message, durationMs, layer, sentence } = meeting;
  return {
    ...{ scenario, result, message, durationMs },
    ...(layer === undefined ? {} : { layer }),
    ...(sentence === undefined ? {} : { sentence }),
  };
}
