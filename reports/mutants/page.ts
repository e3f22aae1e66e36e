/**
 * The kill matrix as one plain page, readable as it is.
 */
import { Html, markup } from '../html.ts';
import { duration } from '../summary.ts';
import type { KillMatrix } from './matrix.ts';

type MutantEntry = KillMatrix['mutants'][number];

const style = new Html(`
  body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #1c1c1c; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ddd; }
  small { color: #555; }
  .killed, .harmless, .green, .named { color: #17692f; }
  .faulty, .unnamed { color: #a3131a; font-weight: 600; }
`);

/** Makes the page of a matrix. */
export function matrixPageOf(matrix: KillMatrix): string {
  const { figures } = matrix;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kill matrix</title>
<style>${style}</style>
</head>
<body>
<h1>Kill matrix: ${figures.killed} of ${figures.mutants} mutants killed</h1>
<p>${figures.harmless} harmless ones, ${figures.wrongReds} wrong reds, the right layer named for
${figures.layersRight} of ${figures.layersNamed}; ${figures.meetings} meetings in ${duration(matrix.durationMs)},
begun ${matrix.startedAt}${matrix.isFull ? '' : '; only some mutants were chosen'}.</p>
${listOf('Problems', matrix.problems)}
<h2>Mutants</h2>
<table>
<thead><tr><th>mutant</th><th>verdict</th><th>breaks</th><th>layer</th><th>what is wrong, who noticed, what the diagnosis said</th></tr></thead>
<tbody>
${matrix.mutants.map(mutantRow)}
</tbody>
</table>
<h2>MUST requirements</h2>
<table>
<thead><tr><th>requirement</th><th>killed by</th></tr></thead>
<tbody>
${matrix.musts.map(({ id, killers }) => markup`<tr><th>${id}</th><td>${killers.join(', ')}</td></tr> `)}
${matrix.redByItself.map((id) => markup`<tr><th>${id}</th><td>red on every stack, without any mutant</td></tr> `)}
</tbody>
</table>
</body>
</html>
`.text;
}

function mutantRow(entry: MutantEntry): Html {
  const reds = entry.meetings.filter(({ result }) => result === 'red');
  const greens = entry.meetings.filter(({ result }) => result === 'green').length;
  return markup`<tr>
    <th>${entry.id}<br /><small>${entry.base}</small></th>
    <td class="${entry.verdict}">${entry.verdict}</td>
    <td>${entry.breaks.join(' ')}</td>
    <td class="${entry.isLayerRight === false ? 'unnamed' : 'named'}">${entry.layers.join(' or ')}</td>
    <td>${entry.fault} <small>${entry.origin ?? ''}</small>
      <ul>${reds.map((meeting) => markup`<li>${meeting.scenario}<br /><small>${meeting.layer ?? 'no layer'}: ${meeting.sentence ?? 'no diagnosis'}</small></li>`)}</ul>
      <small>${greens} other scenario(s) stayed green</small></td>
  </tr> `;
}

function listOf(title: string, lines: readonly string[]): Html {
  return lines.length === 0
    ? markup`<p>No problems.</p>`
    : markup`<h2>${title}</h2><ul>${lines.map((line) => markup`<li class="faulty">${line}</li>`)}</ul>`;
}
