/**
 * `index.markup` of a run: one plain page without scripts or outside resources, readable as it is.
 */
import type { ConformanceDocument } from './document.ts';
import { Html, markup } from './html.ts';
import { duration } from './summary.ts';

type RequirementEntry = ConformanceDocument['requirements'][number];
type ScenarioEntry = ConformanceDocument['scenarios'][number];

const style = new Html(`
  body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1c1c1c; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ddd; }
  th { font-weight: 600; white-space: nowrap; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 0; font-size: .85rem; background: #f6f6f4; padding: .5rem; }
  small { color: #555; }
  .verdict { white-space: nowrap; font-weight: 600; }
  .passed, .conformant, .partial { color: #17692f; }
  .failed, .not-conformant { color: #a3131a; }
  .inconclusive, .incomplete, .not-run { color: #8a5a00; }
  .known-failure, .not-applicable { color: #4c4c7a; }
`);

/** Makes the page of a run. */
export function pageOf(document: ConformanceDocument): string {
  const title = `${document.verdict}: ${document.profile.name}, run ${document.runId}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
${head(document)}
<h2>What was discovered</h2>
${factsTable(document.facts)}
<h2>Requirements</h2>
<table>
<thead><tr><th>id</th><th>level</th><th>verdict</th><th>requirement</th></tr></thead>
<tbody>
${document.requirements.map((entry) => requirementRow(entry))}
</tbody>
</table>
<h2>Scenarios</h2>
<table>
<thead><tr><th>verdict</th><th>time</th><th>scenario</th></tr></thead>
<tbody>
${document.scenarios.map((entry) => scenarioRow(entry))}
</tbody>
</table>
</body>
</html>
`.text;
}

function head({ profile, plan, ...run }: ConformanceDocument): Html {
  const versions = `OpenStack ${profile.series}, Kuryr ${profile.kuryr}`;
  return markup`<h1><span class="${run.verdict}">${run.verdict}</span> · profile ${profile.name}</h1>
<p>${run.reasons.join(' ')}</p>
${table([
  ['run', `${run.runId}, started ${run.startedAt}, took ${duration(run.durationMs)}`],
  ['selection', run.selection.words],
  ['plan', `${plan.planned} scenarios, ${plan.withOutcome} with an outcome`],
  ['suite', `${run.project} on Node ${run.node}`],
  ['profile', `${profile.title}: ${versions}, ${profile.podMode}, provider ${profile.provider}`],
  ['claims', profile.claims.join(', ')],
])}`;
}

function table(rows: readonly (readonly [string, string | Html])[]): Html {
  return markup`<table>
    <tbody>
      ${rows.map(
        ([name, value]) =>
          markup`<tr>
            <th>${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function factsTable(facts: ConformanceDocument['facts']): Html {
  if (facts === null) {
    return markup`<p>No stack was opened.</p>`;
  }
  return table([
    ['stand-ins', listOf(facts.standIns)],
    ['Kubernetes', facts.kubernetes],
    ['nodes', facts.nodes.map(({ name }) => name).join(', ')],
    ['OpenStack', facts.openstackSeries],
    ['Kuryr', facts.kuryrVersion],
    ...Object.entries(facts.components),
  ]);
}

function listOf(texts: readonly string[]): string | Html {
  return texts.length === 0
    ? 'none'
    : markup`<ul>${texts.map((text) => markup`<li>${text}</li>`)}</ul>`;
}

function requirementRow(entry: RequirementEntry): Html {
  const kind = entry.kind === 'limitation' ? ' (documented limitation)' : '';
  return markup`<tr id="${entry.id}">
    <th>${entry.id}</th>
    <td>${entry.level}</td>
    <td class="verdict ${entry.verdict}">${entry.verdict}</td>
    <td>${entry.text}${kind}<br /><small>${entry.source}</small>${message(entry.message)}</td>
  </tr> `;
}

function scenarioRow(entry: ScenarioEntry): Html {
  const steps = entry.steps.map(
    (step) =>
      markup`<li class="${step.isFailed ? 'failed' : ''}">
        ${step.title} · ${duration(step.durationMs)}
      </li>`,
  );
  const cited = entry.requirements.map((id) => markup`<a href="#${id}">${id}</a> `);
  return markup`<tr>
    <td class="verdict ${entry.verdict}">${entry.verdict}</td>
    <td>${duration(entry.durationMs)}</td>
    <td>
      ${entry.title}<br /><small>${entry.file}:${entry.line} · ${cited}</small> ${
        steps.length > 0
          ? markup`<ol>
              ${steps}
            </ol>`
          : ''
      }${diagnosisOf(entry)}${message(entry.message)}${evidence(entry.evidence)}
    </td>
  </tr> `;
}

function diagnosisOf({ diagnosis }: ScenarioEntry): Html | string {
  if (diagnosis === undefined) return '';
  return markup`<p>Broken link: <strong>${diagnosis.layer}</strong>. ${diagnosis.sentence}</p>`;
}

function evidence(files: readonly string[]): Html | string {
  const links = files.map((file) => markup`<a href="${file}">${file.split('/').at(-1) ?? ''}</a> `);
  return files.length === 0 ? '' : markup`<p><small>evidence: ${links}</small></p>`;
}

function message(text: string): Html | string {
  return text === '' ? '' : markup`<pre>${text}</pre>`;
}
