/**
 * `conformance.json`: the versioned document that other programs read. Its form is this zod schema;
 * `schema/conformance-1.json` is the same as JSON Schema.
 */
import { z } from 'zod';
import type { Journal } from './journal.ts';
import { schemas } from './journal-schema.ts';
import {
  type JudgedRequirement,
  type JudgedRun,
  type JudgedScenario,
  judgeRun,
  runVerdicts,
  hasNoOutcome,
  type Verdict,
  verdicts,
} from './verdict.ts';

/** The version of the document's form. */
export const documentVersion = 1;

const counts = z.record(z.enum(verdicts), z.int().min(0));

/** The form of `conformance.json`. */
export const conformanceSchema = z
  .object({
    schemaVersion: z.literal(documentVersion),
    project: z.string().describe('name and version of the suite'),
    node: z.string(),
    runId: z.string(),
    verdict: z.enum(runVerdicts),
    reasons: z.array(z.string()),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    durationMs: z.int().min(0),
    selection: schemas.selection,
    profile: schemas.profile,
    facts: schemas.facts.nullable().describe('what was discovered; null when no stack was opened'),
    plan: z.object({
      planned: z.int().min(0),
      withOutcome: z.int().min(0),
      missing: z.array(z.string()).describe('titles of planned scenarios without outcome'),
    }),
    counts: z.object({ must: counts, should: counts, may: counts }),
    requirements: z.array(
      schemas.requirementRow.omit({ notApplicable: true }).extend({
        verdict: z.enum(verdicts),
        message: z.string(),
        scenarios: z.array(z.string()).describe('ids of the scenarios that cover it'),
      }),
    ),
    scenarios: z.array(
      schemas.plannedScenario.extend({
        verdict: z.enum(verdicts),
        message: z.string(),
        durationMs: z.int().min(0),
        steps: z.array(schemas.step),
        evidence: z.array(z.string()).describe('files, relative to the folder of the run'),
        diagnosis: schemas.diagnosis.optional().describe('the first broken link of the chain'),
      }),
    ),
  })
  .describe('The result of one run of kuryr-conformance');

/** The content of `conformance.json`. */
export type ConformanceDocument = z.output<typeof conformanceSchema>;

/** Makes the document of a run from its journal. */
export function documentOf(journal: Journal): ConformanceDocument {
  const { run } = journal;
  const judged = judgeRun(journal);
  const missing = judged.scenarios.filter(hasNoOutcome);
  return {
    schemaVersion: documentVersion,
    project: run.project,
    node: run.node,
    runId: run.runId,
    verdict: judged.verdict,
    reasons: [...judged.reasons],
    startedAt: run.at,
    endedAt: journal.endedAt,
    durationMs: Math.max(0, Date.parse(journal.endedAt) - Date.parse(run.at)),
    selection: run.selection,
    profile: run.profile,
    facts: journal.facts ?? null,
    plan: {
      planned: judged.scenarios.length,
      withOutcome: judged.scenarios.length - missing.length,
      missing: missing.map(({ scenario }) => scenario.title),
    },
    counts: countsOf(judged),
    requirements: judged.requirements.map(requirementOf),
    scenarios: judged.scenarios.map(scenarioOf),
  };
}

function countsOf({ requirements }: JudgedRun): ConformanceDocument['counts'] {
  const of = (level: string): Record<Verdict, number> => {
    const some = requirements.filter(({ requirement }) => requirement.level === level);
    return Object.fromEntries(
      verdicts.map((verdict) => [
        verdict,
        some.filter((requirement) => requirement.verdict === verdict).length,
      ]),
    ) as Record<Verdict, number>;
  };
  return { must: of('must'), should: of('should'), may: of('may') };
}

function requirementOf(judged: JudgedRequirement): ConformanceDocument['requirements'][number] {
  const { notApplicable, ...row } = judged.requirement;
  return {
    ...row,
    verdict: judged.verdict,
    message: notApplicable ?? judged.message,
    scenarios: judged.scenarios.map(({ scenario }) => scenario.id),
  };
}

function scenarioOf(judged: JudgedScenario): ConformanceDocument['scenarios'][number] {
  return {
    ...judged.scenario,
    verdict: judged.verdict,
    message: judged.message,
    durationMs: Math.round(judged.outcome?.durationMs ?? 0),
    steps: judged.outcome?.steps ?? [],
    evidence: judged.outcome?.evidence ?? [],
    ...(judged.outcome?.diagnosis === undefined ? {} : { diagnosis: judged.outcome.diagnosis }),
  };
}
