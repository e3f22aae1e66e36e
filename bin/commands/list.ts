/**
 * "list": the catalogue, and which scenario covers each requirement.
 */
import { stdout } from 'node:process';
import { Command } from 'commander';

/** The command "list". */
export function listCommand(): Command {
  return new Command('list')
    .description('list the requirements and the scenarios that cover them')
    .action(async () => {
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
    });
}
