/**
 * Figures: how benchmarks hand them on, and how several of one kind are told.
 */

/** What kind of annotation a figure is. */
export const figureType = 'figure';

/** A figure in milliseconds as an annotation of a test. */
export function figure(name: string, ms: number): { type: string; description: string } {
  return { type: figureType, description: JSON.stringify({ name, ms }) };
}

/** Several measurements of one thing. */
export interface Figures {
  readonly name: string;
  readonly unit: 'ms' | 'CPU ms';
  readonly values: readonly number[];
  /** What it is compared with. */
  readonly against?: Figures;
}

/** The table of all figures: smallest, middle, greatest, and the middle as a ratio to what it is compared with. */
export function tableOf(rows: readonly Figures[]): string {
  const cells = rows.map((row) => [
    row.name,
    row.unit,
    String(row.values.length),
    ...[0, 0.5, 1].map((part) => rounded(quantile(row.values, part))),
    row.against === undefined ? '' : `${ratioOf(row, row.against)} x ${row.against.name}`,
  ]);
  const lines = [['', 'unit', 'n', 'min', 'median', 'max', 'ratio of medians'], ...cells];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd((widths?.[column] ?? 0) + 2))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

function ratioOf(row: Figures, against: Figures): string {
  return rounded(quantile(row.values, 0.5) / quantile(against.values, 0.5));
}

/** The value below which a part of all lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
}

function rounded(value: number): string {
  return Number.isNaN(value) ? 'none' : value.toFixed(value < 10 ? 2 : 0);
}
