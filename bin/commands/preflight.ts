/**
 * "preflight": its options.
 */
import { Command } from 'commander';
import { defaultProfile, profileFrom } from './project.ts';

/** What "preflight" is asked for. */
export interface PreflightOptions {
  readonly profile: string;
  readonly cloudOnly?: boolean;
  readonly json?: boolean;
}

/** The command "preflight". */
export function preflightCommand(done: (status: number) => void): Command {
  return new Command('preflight')
    .description('judge every prerequisite and quota of a cloud, and say what mends it')
    .option(
      '--profile <name-or-file>',
      'the stack: a profile of env/profiles, or a file',
      defaultProfile,
    )
    .option('--cloud-only', 'ask the cloud alone: there is no cluster yet')
    .option('--json', 'print the judgements as JSON')
    .addHelpText(
      'after',
      '\nExit status: 0 all is met, 1 something is missing, 2 something could not be judged, 64 wrong usage.',
    )
    .action(async (options: PreflightOptions) => {
      const { runPreflight } = await import('./run-preflight.ts');
      done(await runPreflight({ ...options, profile: profileFrom(options.profile) }));
    });
}
