/**
 * Compares the journals of two runs: with one profile and one seed they say the same, apart from times
 * and from what bears a run's own name.
 */
import type { Journal } from './journal.ts';
import type { Outcome } from './journal-schema.ts';

const local: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>'],
  // Scenarios that run at once take ids as they come, like addresses.
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>'],
  // A namespace ends in a mark of its run.
  [/-[0-9a-f]{6}\b/g, '-<run>'],
  [/\b\d{1,3}(\.\d{1,3}){3}\b/g, '<address>'],
  [/\b\d+ (reads|ms|s)\b/g, '<some> $1'],
  // Where a long text is cut depends on how long the addresses before it are.
  [/(?:,[^,]*){1,2}… \(\d+ characters\)/g, '…'],
];

/** Lists what two runs tell differently. */
export function differencesBetween(one: Journal, other: Journal): string[] {
  const [first, second] = [linesOf(one), linesOf(other)];
  const keys = [...new Set([...first.keys(), ...second.keys()])];
  return keys.flatMap((key) => {
    const [a, b] = [first.get(key), second.get(key)];
    return a === b ? [] : [`${key}: one run has ${a ?? 'nothing'}, the other ${b ?? 'nothing'}`];
  });
}

/** Everything that a journal tells, by what it is about; times and marks are left out. */
function linesOf(journal: Journal): Map<string, string> {
  const { run, facts, scenarios, outcomes, troubles, end } = journal;
  const { profile, selection, requirements, node, project } = run;
  const planned = [...scenarios].sort((a, b) => (a.id < b.id ? -1 : 1));
  const titles = new Map(scenarios.map(({ id, title }) => [id, title]));
  return new Map([
    ['run', worded({ profile, selection, requirements, node, project })],
    ['facts', worded(facts ?? null)],
    ['plan', worded(planned)],
    ['troubles', worded(troubles)],
    ['end', worded(end ?? null)],
    ...[...outcomes].map(([id, outcome]): [string, string] => [
      `scenario "${titles.get(id) ?? id}"`,
      worded(told(outcome)),
    ]),
  ]);
}

function told({
  status,
  errors,
  hasFailedExpectation,
  annotations,
  steps,
  evidence,
}: Outcome): object {
  return {
    status,
    errors,
    hasFailedExpectation,
    annotations,
    steps: steps.map(({ title, isFailed }) => ({ title, isFailed })),
    evidence,
  };
}

function worded(value: unknown): string {
  return local.reduce(
    (text, [pattern, name]) => text.replace(pattern, name),
    JSON.stringify(value),
  );
}
