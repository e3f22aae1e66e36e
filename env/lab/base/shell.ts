/**
 * The one way the lab runs a command: zx without a shell profile, with the output kept for the
 * message when the command fails.
 */
import { $ as zx, type ProcessOutput } from 'zx';

import { StackError } from '../../errors.ts';

/** Options of one command. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Milliseconds after which the command is ended. */
  readonly timeoutMs?: number;
}

const tail = (text: string, lines: number): string =>
  text.trim().split('\n').slice(-lines).join('\n');

async function execute(argv: readonly string[], options: CommandOptions): Promise<ProcessOutput> {
  return zx({
    nothrow: true,
    quiet: true,
    verbose: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  })`${argv}`;
}

/** Runs a command and gives its standard output; throws with the end of its output on failure. */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const output = await execute(argv, options);
  if (output.exitCode === 0) return output.stdout;
  const end =
    output.exitCode === null ? `signal ${output.signal ?? '?'}` : `exit ${output.exitCode}`;
  throw new StackError(
    'LAB_COMMAND_FAILED',
    `Command "${argv.join(' ').slice(0, 400)}" ended with ${end}:\n${tail(`${output.stdout}\n${output.stderr}`, 25)}`,
  );
}

/** Runs a command and tells whether it ended with status 0. */
export async function succeeds(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<boolean> {
  return (await execute(argv, options)).exitCode === 0;
}

/** Runs a command and gives its standard output, or undefined when it fails. */
export async function attempt(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<string | undefined> {
  const output = await execute(argv, options);
  return output.exitCode === 0 ? output.stdout : undefined;
}
