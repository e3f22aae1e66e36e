/**
 * "run": its options, and the one that must not be missing.
 */
import { isAbsolute, resolve } from 'node:path';
import { cwd } from 'node:process';
import { Command } from 'commander';
import { named, profileNames } from './project.ts';
import { UsageError } from './usage.ts';

interface RunOptions {
  readonly area: readonly string[];
  readonly requirement: readonly string[];
  readonly profile?: string;
  readonly grep?: string;
  readonly shard?: string;
  readonly out?: string;
}

/** The command "run". */
export function runCommand(done: (status: number) => void): Command {
  const collect = (value: string, earlier: string[]): string[] => [...earlier, value];
  return new Command('run')
    .description('run the scenarios on the stack of a profile and give a verdict')
    .option('--profile <name-or-file>', 'the stack: a profile of env/profiles, or a file')
    .option('--area <area>', 'only the scenarios of an area (repeatable)', collect, [])
    .option('--requirement <id>', 'only what covers a requirement (repeatable)', collect, [])
    .option('--grep <pattern>', 'only the scenarios whose title matches a regular expression')
    .option('--shard <i/n>', 'only the i-th of n parts')
    .option('--out <folder>', 'folder of the journal and the reports (default: reports/out/<run>)')
    .action(async (options: RunOptions) => {
      const profile = profileIn(options);
      const { runScenarios } = await import('./run-scenarios.ts');
      done(await runScenarios({ ...options, profile }));
    });
}

function profileIn({ profile }: RunOptions): string {
  if (profile === undefined) {
    throw new UsageError(
      'Running scenarios: no profile is chosen, so there is no stack to run them on. ' +
        `Add --profile with one of ${named(profileNames())}, or with the path of a profile file.`,
    );
  }
  const isFile = /\.ya?ml$/.test(profile);
  return isFile && !isAbsolute(profile) ? resolve(cwd(), profile) : profile;
}
