/**
 * From outcomes to verdicts: of a scenario, of a requirement, of the run. Stack trouble is never read
 * as non-conformance and never as conformance.
 */
import type { Journal } from './journal.ts';
import type { Outcome, PlannedScenario, RequirementRow } from './journal-schema.ts';

/** The verdicts on a requirement or a scenario. */
export const verdicts = [
  'passed',
  'failed',
  'inconclusive',
  'known-failure',
  'not-applicable',
  'not-run',
] as const;

/** A verdict on a requirement or a scenario. */
export type Verdict = (typeof verdicts)[number];

/** A verdict and, unless it is a plain pass, the reason for it. */
export interface Judged {
  readonly verdict: Verdict;
  readonly message: string;
}

/** The verdict on a scenario, with the requirements that the profile treats specially. */
export interface JudgedScenario extends Judged {
  readonly scenario: PlannedScenario;
  readonly outcome: Outcome | undefined;
  readonly knownFailures: ReadonlyMap<string, string>;
}

/** The verdict on a requirement, with the scenarios it rests on. */
export interface JudgedRequirement extends Judged {
  readonly requirement: RequirementRow;
  readonly scenarios: readonly JudgedScenario[];
}

// An error's class opens its message; the classes are those of env/errors.ts and their kin.
const trouble = /^(\s*caused by )*(Stack|Probe|Profile|Catalogue|OpenStack|Kubernetes)Error: /;
// Errors outside an expectation that speak about the product nevertheless.
const product = /^(\s*caused by )*(Leak|PodNotReady)Error: /;
const known = { notApplicable: 'not-applicable', knownFailure: 'known-failure' } as const;

/** Judges one planned scenario by its outcome. */
export function judgeScenario(
  scenario: PlannedScenario,
  outcome: Outcome | undefined,
): JudgedScenario {
  const knownFailures = reasons(outcome, known.knownFailure);
  const judged =
    outcome === undefined
      ? { verdict: 'not-run' as const, message: 'The scenario was planned and left no outcome.' }
      : judgeOutcome(outcome, knownFailures);
  return { scenario, outcome, knownFailures, ...judged };
}

function judgeOutcome(outcome: Outcome, knownFailures: ReadonlyMap<string, string>): Judged {
  const listed = [...knownFailures].map(([id, reason]) => `${id}: ${reason}`).join('; ');
  switch (outcome.status) {
    case 'interrupted':
      return { verdict: 'not-run', message: 'The run was interrupted during the scenario.' };
    case 'skipped':
      return judgeSkip(outcome);
    case 'passed':
      return knownFailures.size === 0
        ? { verdict: 'passed', message: '' }
        : {
            verdict: 'failed',
            message: `It passes, but is listed as a known failure: remove the entry (${listed}).`,
          };
    case 'timedOut':
    case 'failed':
      return judgeFailure(outcome, listed);
  }
}

function judgeSkip(outcome: Outcome): Judged {
  const notApplicable = [...reasons(outcome, known.notApplicable)];
  const skipped = outcome.annotations.find(({ type }) => type === 'skip')?.description;
  return notApplicable.length > 0
    ? {
        verdict: 'not-applicable',
        message: notApplicable.map(([id, reason]) => `${id}: ${reason}`).join('; '),
      }
    : { verdict: 'not-run', message: skipped ?? 'The scenario was skipped without a reason.' };
}

function judgeFailure(outcome: Outcome, listed: string): Judged {
  const message = outcome.errors.join('\n');
  const isTrouble = outcome.errors.some((error) => trouble.test(error));
  const isMeasured =
    outcome.hasFailedExpectation || outcome.errors.some((error) => product.test(error));
  if (isTrouble || !isMeasured) {
    return { verdict: 'inconclusive', message };
  }
  return listed === ''
    ? { verdict: 'failed', message }
    : { verdict: 'known-failure', message: `${listed}\n${message}` };
}

function reasons(outcome: Outcome | undefined, type: string): ReadonlyMap<string, string> {
  return new Map(
    (outcome?.annotations ?? [])
      .filter((annotation) => annotation.type === type)
      .map(({ description }) => {
        const colon = description.indexOf(': ');
        return [description.slice(0, colon), description.slice(colon + 2)];
      }),
  );
}

/** Judges one requirement by all scenarios that cite it. */
export function judgeRequirement(
  requirement: RequirementRow,
  all: readonly JudgedScenario[],
): JudgedRequirement {
  const scenarios = all.filter(({ scenario }) => scenario.requirements.includes(requirement.id));
  const told = (judged: Judged): JudgedRequirement => ({ requirement, scenarios, ...judged });
  if (requirement.notApplicable !== undefined) {
    return told({ verdict: 'not-applicable', message: requirement.notApplicable });
  }
  const parts = scenarios.map((scenario) => contribution(requirement, scenario));
  const direct = parts.filter(({ isHidden }) => !isHidden);
  const worst = severest(direct.length > 0 ? direct : parts);
  if (worst === undefined) {
    return told({
      verdict: 'not-run',
      message: requirement.uncovered ?? 'No scenario that covers it was planned.',
    });
  }
  return told(
    requirement.kind === 'limitation' && worst.verdict === 'failed'
      ? { verdict: 'failed', message: `limitation gone, or its form has changed: ${worst.message}` }
      : { verdict: worst.verdict, message: worst.message },
  );
}

interface Contribution extends Judged {
  /** Another requirement of the same scenario decided its outcome. */
  readonly isHidden: boolean;
}

function contribution(requirement: RequirementRow, judged: JudgedScenario): Contribution {
  const { verdict, message, knownFailures } = judged;
  if (verdict === 'not-applicable') {
    // The row itself applies, so a neighbour's needs kept the scenario from running.
    return { verdict: 'not-run', message: `Its scenario was skipped: ${message}`, isHidden: true };
  }
  if (verdict === 'known-failure' && !knownFailures.has(requirement.id)) {
    return {
      verdict: 'inconclusive',
      message: `Its scenario fails as known for another requirement: ${message}`,
      isHidden: true,
    };
  }
  return { verdict, message, isHidden: false };
}

const severity: Readonly<Record<Verdict, number>> = {
  failed: 5,
  inconclusive: 4,
  'not-run': 3,
  'known-failure': 2,
  passed: 1,
  'not-applicable': 0,
};

function severest<T extends Judged>(parts: readonly T[]): T | undefined {
  return [...parts].sort((a, b) => severity[b.verdict] - severity[a.verdict])[0];
}

/** The verdicts on a run. */
export const runVerdicts = [
  'conformant',
  'partial',
  'not-conformant',
  'inconclusive',
  'incomplete',
] as const;

/** A verdict on a run. */
export type RunVerdict = (typeof runVerdicts)[number];

/** The verdict on a run and the sentences that give its reasons. */
export interface JudgedRun {
  readonly verdict: RunVerdict;
  readonly reasons: readonly string[];
  readonly scenarios: readonly JudgedScenario[];
  readonly requirements: readonly JudgedRequirement[];
}

/** Judges a whole run from its journal. */
export function judgeRun(journal: Journal): JudgedRun {
  const scenarios = journal.scenarios.map((scenario) =>
    judgeScenario(scenario, journal.outcomes.get(scenario.id)),
  );
  const requirements = journal.run.requirements.map((row) => judgeRequirement(row, scenarios));
  return { ...conclude(journal, scenarios, requirements), scenarios, requirements };
}

function conclude(
  journal: Journal,
  scenarios: readonly JudgedScenario[],
  requirements: readonly JudgedRequirement[],
): Pick<JudgedRun, 'verdict' | 'reasons'> {
  const gaps = gapsOf(journal, scenarios);
  if (gaps.length > 0) {
    return { verdict: 'incomplete', reasons: gaps };
  }
  const musts = requirements.filter(({ requirement }) => requirement.level === 'must');
  const withVerdict = (verdict: Verdict): string[] =>
    musts.filter((must) => must.verdict === verdict).map((must) => must.requirement.id);
  const failed = withVerdict('failed');
  if (failed.length > 0) {
    return { verdict: 'not-conformant', reasons: [`MUST not met: ${failed.join(', ')}`] };
  }
  const undecided = withVerdict('inconclusive');
  if (undecided.length > 0) {
    return { verdict: 'inconclusive', reasons: [`MUST not judged: ${undecided.join(', ')}`] };
  }
  // A row that says itself why nothing covers it is a gap of the suite: it is told, and blocks nothing.
  const gap = musts.filter((must) => isDeclaredGap(must)).map((must) => must.requirement.id);
  const missed = withVerdict('not-run').filter((id) => !gap.includes(id));
  if (missed.length === 0) {
    const untested = gap.length === 0 ? [] : [`Without a scenario: ${gap.join(', ')}.`];
    return {
      verdict: 'conformant',
      reasons: ['Every MUST is passed, known or not applicable.', ...untested],
    };
  }
  return journal.run.selection.isFull
    ? { verdict: 'inconclusive', reasons: [`MUST not run: ${missed.join(', ')}`] }
    : {
        verdict: 'partial',
        reasons: [`Nothing selected has failed; ${missed.length} MUST were not selected.`],
      };
}

function isDeclaredGap({ verdict, requirement }: JudgedRequirement): boolean {
  return verdict === 'not-run' && requirement.uncovered !== undefined;
}

/** Tells whether a planned scenario was not brought to an end. */
export function hasNoOutcome({ outcome }: JudgedScenario): boolean {
  return outcome === undefined || outcome.status === 'interrupted';
}

function gapsOf(journal: Journal, scenarios: readonly JudgedScenario[]): string[] {
  const without = scenarios.filter(hasNoOutcome);
  return [
    scenarios.length === 0 ? 'The plan is empty: no scenario was selected.' : '',
    without.length > 0
      ? `${without.length} of ${scenarios.length} planned scenarios left no outcome.`
      : '',
    journal.end === undefined ? 'The run was ended from outside before it was done.' : '',
    journal.end === 'interrupted' ? 'The run was interrupted.' : '',
    ...journal.troubles.map((message) => `Trouble outside any scenario: ${message}`),
  ].filter((gap) => gap !== '');
}

/** The exit status that belongs to a verdict on a run. */
export function exitStatusOf(verdict: RunVerdict): 0 | 1 | 2 {
  switch (verdict) {
    case 'conformant':
    case 'partial':
      return 0;
    case 'not-conformant':
      return 1;
    case 'inconclusive':
    case 'incomplete':
      return 2;
  }
}
