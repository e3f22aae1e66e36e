/**
 * Journals made up for the tests of verdicts and reports.
 */
import type { Journal } from './journal.ts';
import type { Outcome, PlannedScenario, RequirementRow, Unstamped } from './journal-schema.ts';

/** A requirement row with everything that a test does not care about filled in. */
export function row(id: string, more: Partial<RequirementRow> = {}): RequirementRow {
  return {
    id,
    level: 'must',
    kind: 'promise',
    text: `Sentence ${id}.`,
    source: 'a document',
    needs: [],
    ...more,
  };
}

/** A planned scenario that cites the given requirements. */
export function scenario(id: string, ...requirements: string[]): PlannedScenario {
  return { id, title: `scenario ${id}`, file: 'suites/a/a.spec.ts', line: 7, requirements };
}

/** An outcome with everything that a test does not care about filled in. */
export function outcome(
  scenarioId: string,
  status: Outcome['status'],
  more: Partial<Outcome> = {},
): Outcome {
  return {
    scenario: scenarioId,
    status,
    durationMs: 1_500,
    errors: [],
    hasFailedExpectation: false,
    annotations: [],
    steps: [],
    evidence: [],
    ...more,
  };
}

/** The opening record of a run. */
export function runRecord(
  requirements: RequirementRow[],
  isFull = true,
): Extract<Unstamped, { type: 'run' }> {
  return {
    type: 'run',
    version: 1,
    runId: 'run-1',
    project: 'kuryr-conformance 0.1.0',
    node: 'v20.20.2',
    profile: {
      name: 'sample',
      title: 'A sample stack',
      stack: 'lab',
      series: 'zed',
      kuryr: '10.0.0',
      podMode: 'nested-vlan',
      provider: 'ovn',
      cluster: 'lab',
      claims: ['services.tcp'],
    },
    selection: { isFull, words: isFull ? 'everything' : 'area pods' },
    requirements,
  };
}

/** What a journal holds besides rows, plan and outcomes. */
export interface JournalParts {
  readonly requirements: RequirementRow[];
  readonly scenarios: PlannedScenario[];
  readonly outcomes: Outcome[];
  readonly isFull?: boolean;
  readonly end?: string | undefined;
  readonly troubles?: string[];
}

/** A whole journal, ended in good order unless said otherwise. */
export function journal(parts: JournalParts): Journal {
  const { requirements, scenarios, outcomes, isFull = true, troubles = [] } = parts;
  return {
    run: { ...runRecord(requirements, isFull), at: '2026-01-01T00:00:00.000Z' },
    scenarios,
    outcomes: new Map(outcomes.map((entry) => [entry.scenario, entry])),
    facts: undefined,
    troubles,
    endedAt: '2026-01-01T00:01:05.000Z',
    end: 'end' in parts ? parts.end : 'passed',
  };
}
