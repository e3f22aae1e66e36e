/**
 * "list": the catalogue, and which scenario covers each requirement; or the sentences of the installer's
 * page, and which requirements stand for each.
 */
import { stdout } from 'node:process';
import { Command } from 'commander';

/** The command "list". */
export function listCommand(): Command {
  return new Command('list')
    .description('list the requirements and the scenarios that cover them')
    .option('--trace', "list the sentences of the installer's page and what stands for each")
    .action(async ({ trace }: { readonly trace?: boolean }) => {
      await (trace === true ? listSentences() : listRequirements());
    });
}

async function listRequirements(): Promise<void> {
  const { catalogue } = await import('../../suites/requirements/index.ts');
  const { citingScenarios } = await import('./playwright.ts');
  const scenarios = await citingScenarios();
  for (const { id, level, text } of catalogue.requirements) {
    stdout.write(`${id.padEnd(14)}${level.padEnd(8)}${text}\n`);
    const covering = scenarios.filter(({ requirements }) => requirements.includes(id));
    for (const { file, line, title } of covering) {
      stdout.write(`${' '.repeat(22)}${file}:${line} ${title}\n`);
    }
    if (covering.length === 0) {
      stdout.write(`${' '.repeat(22)}no scenario covers it\n`);
    }
  }
}

async function listSentences(): Promise<void> {
  const { pageSentences } = await import('../../suites/requirements/installer-page.ts');
  const { installerPage } = await import('../../suites/requirements/sources.ts');
  stdout.write(`Sentences of ${installerPage}, in own words\n\n`);
  const more = ' '.repeat(9);
  for (const { id, gist, by, untestable, reality } of pageSentences) {
    stdout.write(`${id.padEnd(9)}${gist}\n`);
    stdout.write(
      untestable === undefined
        ? `${more}by ${by.join(', ')}\n`
        : `${more}not testable: ${untestable}\n`,
    );
    if (reality !== undefined) stdout.write(`${more}in reality: ${reality}\n`);
  }
  const open = pageSentences.filter(({ untestable }) => untestable !== undefined).length;
  stdout.write(
    `\n${pageSentences.length} sentences, ${pageSentences.length - open} with requirements, ${open} not testable.\n`,
  );
}
