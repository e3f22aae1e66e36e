/**
 * The records of `journal.jsonl`, one JSON object per line. The journal is the only memory of a run:
 * every report is made from it, also long after the run and after a crash.
 */
import { z } from 'zod';

/** The version of the journal's form; it changes when an old reader would misread a new journal. */
export const journalVersion = 1;

const requirementRow = z.object({
  id: z.string(),
  level: z.enum(['must', 'should', 'may']),
  kind: z.enum(['promise', 'limitation']).default('promise'),
  text: z.string(),
  source: z.string(),
  needs: z.array(z.string()).default([]),
  since: z.string().optional(),
  until: z.string().optional(),
  unless: z.array(z.string()).optional(),
  sinceKuryr: z.string().optional(),
  untilKuryr: z.string().optional(),
  uncovered: z.string().optional(),
  /** Why the row does not apply to the profile; decided before the run. */
  notApplicable: z.string().optional(),
});

const profile = z.object({
  name: z.string(),
  title: z.string(),
  stack: z.string(),
  series: z.string(),
  kuryr: z.string(),
  podMode: z.string(),
  provider: z.string(),
  cluster: z.string(),
  claims: z.array(z.string()),
});

const selection = z.object({
  isFull: z.boolean(),
  /** What was chosen, in the words of the command line. */
  words: z.string(),
});

const facts = z.object({
  kubernetes: z.string(),
  nodes: z.array(z.object({ name: z.string() })),
  openstackSeries: z.string(),
  kuryrVersion: z.string(),
  standIns: z.array(z.string()),
  components: z.record(z.string(), z.string()),
});

const plannedScenario = z.object({
  id: z.string(),
  title: z.string(),
  file: z.string(),
  line: z.number(),
  requirements: z.array(z.string()),
});

const step = z.object({
  title: z.string(),
  durationMs: z.number(),
  isFailed: z.boolean(),
});

/** The first broken link of the chain, as the fixtures of a failed scenario have found it. */
const diagnosis = z.object({ layer: z.string(), sentence: z.string() });

const outcome = z.object({
  scenario: z.string(),
  status: z.enum(['passed', 'failed', 'timedOut', 'skipped', 'interrupted']),
  durationMs: z.number(),
  /** Messages of everything that went wrong, causes included. */
  errors: z.array(z.string()),
  /** Whether one of them is an expectation that was not met. */
  hasFailedExpectation: z.boolean(),
  annotations: z.array(z.object({ type: z.string(), description: z.string() })),
  steps: z.array(step),
  /** Files of evidence, relative to the folder of the run. */
  evidence: z.array(z.string()).default([]),
  diagnosis: diagnosis.optional(),
});

const at = z.string();

/** Any record of a journal. */
export const journalRecord = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    at,
    version: z.literal(journalVersion),
    runId: z.string(),
    project: z.string(),
    node: z.string(),
    profile,
    selection,
    requirements: z.array(requirementRow),
  }),
  z.object({ type: z.literal('plan'), at, scenarios: z.array(plannedScenario) }),
  z.object({ type: z.literal('begin'), at, scenario: z.string() }),
  z.object({ type: z.literal('facts'), at, facts }),
  z.object({ type: z.literal('trouble'), at, message: z.string() }),
  outcome.extend({ type: z.literal('outcome'), at }),
  z.object({ type: z.literal('end'), at, status: z.string() }),
]);

/** A requirement as the journal keeps it. */
export type RequirementRow = z.output<typeof requirementRow>;
/** The profile as the journal keeps it. */
export type ProfileRecord = z.output<typeof profile>;
/** Which part of the suite was chosen. */
export type Selection = z.output<typeof selection>;
/** The facts of the stack as the journal keeps them. */
export type FactsRecord = z.output<typeof facts>;
/** One scenario of the frozen plan. */
export type PlannedScenario = z.output<typeof plannedScenario>;
/** What became of one scenario. */
export type Outcome = z.output<typeof outcome>;
/** The first broken link of the chain, and what is wrong with it. */
export type DiagnosisRecord = z.output<typeof diagnosis>;
/** One line of a journal. */
export type JournalRecord = z.output<typeof journalRecord>;
/** A record as it is handed to the writer, which adds the time. */
export type Unstamped = JournalRecord extends infer R
  ? R extends JournalRecord
    ? Omit<R, 'at'>
    : never
  : never;

export const schemas = {
  diagnosis,
  facts,
  plannedScenario,
  profile,
  requirementRow,
  selection,
  step,
};
