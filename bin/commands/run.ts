/**
 * "run": its options.
 */
import { Command } from 'commander';
import { defaultProfile, profileFrom } from './project.ts';

interface RunOptions {
  readonly area: readonly string[];
  readonly requirement: readonly string[];
  readonly profile: string;
  readonly grep?: string;
  readonly shard?: string;
  readonly out?: string;
}

/** The command "run". */
export function runCommand(done: (status: number) => void): Command {
  const collect = (value: string, earlier: string[]): string[] => [...earlier, value];
  return new Command('run')
    .description('run the scenarios on the stack of a profile and give a verdict')
    .option(
      '--profile <name-or-file>',
      'the stack: a profile of env/profiles, or a file',
      defaultProfile,
    )
    .option('--area <area>', 'only the scenarios of an area (repeatable)', collect, [])
    .option('--requirement <id>', 'only what covers a requirement (repeatable)', collect, [])
    .option('--grep <pattern>', 'only the scenarios whose title matches a regular expression')
    .option('--shard <i/n>', 'only the i-th of n parts')
    .option('--out <folder>', 'folder of the journal and the reports (default: reports/out/<run>)')
    .action(async (options: RunOptions) => {
      const { runScenarios } = await import('./run-scenarios.ts');
      done(await runScenarios({ ...options, profile: profileFrom(options.profile) }));
    });
}
