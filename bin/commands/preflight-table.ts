/**
 * The table that "preflight" prints, and the exit status that belongs to it.
 */
import { mendText, mendTexts, type PrerequisiteRow, type RequirementLevel } from '#helpers';
import { exitStatus } from './usage.ts';

/** One line of the table: a judgement, or why there is none. */
export type PreflightLine = {
  readonly requirement: string;
  readonly level: RequirementLevel;
} & (PrerequisiteRow | { readonly name: string; readonly notApplicable: string });

const words = {
  met: 'met',
  'not-met': 'NOT MET',
  unknown: 'UNKNOWN',
  'not-applicable': 'not needed',
} as const;

/** Prints the table, and below it the commands that mend everything at once. */
export function preflightTable(lines: readonly PreflightLine[]): string {
  const heads = ['verdict', 'requirement', 'what', 'required', 'found'];
  const cells = lines.map(cellsOf);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const padded = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const body = lines.flatMap((line, index) => [padded(cells[index] ?? []), ...mendLine(line)]);
  return [padded(heads), ...body, '', ...together(lines), summary(lines)].join('\n');
}

function cellsOf(line: PreflightLine): string[] {
  const { requirement, name } = line;
  if ('notApplicable' in line) {
    return [words['not-applicable'], requirement, name, '-', line.notApplicable];
  }
  const isAdvice = line.level !== 'must' && line.verdict === 'not-met';
  const word = isAdvice ? 'advised against' : words[line.verdict];
  return [word, requirement, name, line.required, line.found];
}

function mendLine(line: PreflightLine): string[] {
  return 'mend' in line ? [`  mend: ${mendText(line.mend)}`] : [];
}

function together(lines: readonly PreflightLine[]): string[] {
  const mends = lines.flatMap((line) => ('mend' in line ? [line.mend] : []));
  const texts = mendTexts(mends);
  // A single line would only say again what stands in the table.
  return mends.length > texts.length
    ? ['All of it at once:', ...texts.map((text) => `  ${text}`), '']
    : [];
}

function summary(lines: readonly PreflightLine[]): string {
  const failed = mustsThatAre(lines, 'not-met').length;
  const unknown = mustsThatAre(lines, 'unknown').length;
  const judged = lines.filter((line) => 'verdict' in line).length;
  if (failed === 0 && unknown === 0) return `All ${judged} prerequisites that count are met.`;
  return `Of ${judged} prerequisites ${failed} ${failed === 1 ? 'is' : 'are'} not met and ${unknown} could not be judged.`;
}

function mustsThatAre(
  lines: readonly PreflightLine[],
  verdict: PrerequisiteRow['verdict'],
): readonly PreflightLine[] {
  return lines.filter(
    (line) => line.level === 'must' && 'verdict' in line && line.verdict === verdict,
  );
}

/** The exit status that belongs to a table: what is missing counts for more than what is unknown. */
export function preflightStatus(lines: readonly PreflightLine[]): number {
  if (mustsThatAre(lines, 'not-met').length > 0) return exitStatus.notConformant;
  return mustsThatAre(lines, 'unknown').length > 0 ? exitStatus.undecided : exitStatus.good;
}
