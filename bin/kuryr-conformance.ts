/**
 * The command line, thin: it puts the commands together and turns every end into an exit status.
 * 0 conformant, 1 not conformant, 2 could not judge, 64 wrong usage.
 */
import { stderr } from 'node:process';
import { Command, CommanderError } from 'commander';
import { ProfileError } from '../env/errors.ts';
import { redact } from '../env/redaction.ts';
import { JournalError } from '../reports/journal.ts';
import { drillCommand } from './commands/drill.ts';
import { explainCommand } from './commands/explain.ts';
import { labCommand } from './commands/lab.ts';
import { listCommand } from './commands/list.ts';
import { matrixCommand } from './commands/matrix.ts';
import { runCommand } from './commands/run.ts';
import { stackCommand } from './commands/stack.ts';
import { exitStatus, UsageError } from './commands/usage.ts';

/** Runs one command and returns the exit status of the process. */
export async function main(words: readonly string[]): Promise<number> {
  let status: number = exitStatus.good;
  const done = (code: number): void => {
    status = code;
  };
  try {
    const program = new Command('kuryr-conformance')
      .description(
        'Does this Kuryr, on this OpenStack, under this Kubernetes, do what it promises?',
      )
      .addCommand(runCommand(done))
      .addCommand(listCommand())
      .addCommand(explainCommand())
      .addCommand(stackCommand())
      .addCommand(matrixCommand(done))
      .addCommand(drillCommand(done))
      .addCommand(await labCommand(words))
      .addHelpText(
        'after',
        '\nExit status: 0 conformant, 1 not conformant, 2 could not judge, 64 wrong usage.',
      );
    harden(program);
    await program.parseAsync(words, { from: 'user' });
    // A command may also have set the status of the process by itself.
    return status === exitStatus.good ? Number(process.exitCode ?? exitStatus.good) : status;
  } catch (error) {
    return explain(error);
  }
}

/** No command ends the process by itself; a wrong word ends in a hint. */
function harden(command: Command): void {
  command.exitOverride().showHelpAfterError('Run it with --help to see what it takes.');
  command.commands.forEach(harden);
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has printed the message, or the help that was asked for, already.
    const isHelp = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
    return isHelp ? exitStatus.good : exitStatus.usage;
  }
  const isUsage = error instanceof UsageError || error instanceof ProfileError;
  const isExpected = isUsage || error instanceof JournalError || hasCode(error);
  const text = error instanceof Error ? (isExpected ? error.message : error.stack) : String(error);
  stderr.write(`${redact(text ?? 'An error without a text.')}\n`);
  return isUsage ? exitStatus.usage : exitStatus.undecided;
}

function hasCode(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^[A-Z]+_/.test(String(error.code));
}
