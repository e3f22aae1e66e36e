/**
 * "explain ID": everything the catalogue knows about one requirement, and what covers it.
 */
import { stdout } from 'node:process';
import { Command } from 'commander';
import { capabilityTexts } from '../../env/capabilities.ts';
import type { Requirement } from '#helpers';
import { UsageError } from './usage.ts';

/** The command "explain". */
export function explainCommand(): Command {
  return new Command('explain')
    .description('say what a requirement means, where it comes from and what covers it')
    .argument('<id>', 'the id of a requirement, such as POD-PORT-01')
    .action(async (id: string) => {
      const { catalogue } = await import('../../suites/requirements/index.ts');
      const { pageSentences } = await import('../../suites/requirements/installer-page.ts');
      const { citingScenarios } = await import('./playwright.ts');
      const lines = describe(rowOf(id, catalogue.requirements));
      for (const sentence of pageSentences.filter(({ by }) => by.includes(id))) {
        lines.push(`sentence ${sentence.id}: ${sentence.gist}`);
      }
      for (const { requirements, file, line, title } of await citingScenarios()) {
        if (requirements.includes(id)) {
          lines.push(`covered  ${file}:${line} ${title}`);
        }
      }
      stdout.write(`${lines.join('\n')}\n`);
    });
}

function rowOf(id: string, rows: readonly Requirement[]): Requirement {
  const row = rows.find((candidate) => candidate.id === id);
  if (row === undefined) {
    const area = id.split('-')[0] ?? '';
    const near = rows.map((candidate) => candidate.id).filter((other) => other.startsWith(area));
    throw new UsageError(
      `Explaining "${id}": the catalogue has no such id. ` +
        (near.length > 0
          ? `Near it are ${near.join(', ')}.`
          : 'See the ids with "npx kuryr-conformance list".'),
    );
  }
  return row;
}

function describe(row: Requirement): string[] {
  const series = rangeOf(row.since, row.until);
  const kuryr = rangeOf(row.sinceKuryr, row.untilKuryr);
  return [
    `${row.id} (${row.level}${row.kind === 'limitation' ? ', documented limitation' : ''})`,
    row.text,
    '',
    `source   ${row.source}`,
    ...row.needs.map((need) => `needs    ${need}: ${capabilityTexts[need]}`),
    ...(row.unless ?? []).map((other) => `unless   ${other}: ${capabilityTexts[other]}`),
    ...(series === '' ? [] : [`series   ${series}`]),
    ...(kuryr === '' ? [] : [`Kuryr    ${kuryr}`]),
    ...(row.uncovered === undefined ? [] : [`not covered: ${row.uncovered}`]),
  ];
}

function rangeOf(since: string | undefined, until: string | undefined): string {
  return [since === undefined ? '' : `since ${since}`, until === undefined ? '' : `until ${until}`]
    .filter((part) => part !== '')
    .join(', ');
}
