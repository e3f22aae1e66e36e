/**
 * The kill matrix on a terminal: one line for each mutant with a problem, and the figures.
 */
import { duration } from '../summary.ts';
import type { KillMatrix } from './matrix.ts';

const widest = 200;

/** Makes the summary of a matrix. */
export function matrixSummaryOf(matrix: KillMatrix, outDir: string): string {
  const { figures, problems, mutants } = matrix;
  const wrongLayers = mutants
    .filter(({ isLayerRight }) => isLayerRight === false)
    .map(({ id, layers, meetings }) => {
      const said = meetings
        .filter(({ result }) => result === 'red')
        .map((one) => one.layer ?? 'none');
      return `${id}: is ${layers.join(' or ')}, said ${[...new Set(said)].join(', ')}`;
    });
  const alone =
    matrix.redByItself.length === 0
      ? ''
      : `; red without any mutant: ${matrix.redByItself.join(', ')}`;
  return [
    ...mutants.map(lineOf),
    '',
    ...section('problems', problems),
    ...section(
      'met their scenarios once more, since the first round said',
      matrix.repeated.flatMap(({ id, problems: said }) => said.map((one) => `${id}: ${one}`)),
    ),
    ...section('layers that were not named', wrongLayers),
    `mutants   ${figures.killed} of ${figures.mutants} killed, ${figures.harmless} harmless, ${figures.wrongReds} wrong red`,
    `layers    ${figures.layersRight} of ${figures.layersNamed} named right`,
    `musts     ${matrix.musts.filter(({ killers }) => killers.length > 0).length} of ${matrix.musts.length} have a killer${alone}`,
    `meetings  ${figures.meetings} in ${duration(matrix.durationMs)}`,
    `reports   ${outDir}`,
  ].join('\n');
}

function lineOf({
  id,
  verdict,
  breaks,
  layers,
  isLayerRight,
}: KillMatrix['mutants'][number]): string {
  const mark = isLayerRight === undefined ? '' : isLayerRight ? ' (named)' : ' (not named)';
  return `${verdict.padEnd(9)}${id.padEnd(52)}${breaks.join(' ').padEnd(34)} ${layers.join(' or ')}${mark}`.trimEnd();
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [`${title}:`, ...lines.map((line) => `  ${cut(line)}`), ''];
}

function cut(line: string): string {
  return line.length > widest ? `${line.slice(0, widest)}…` : line;
}
