/**
 * "lab": hands over to the lab's own commands, which are loaded only when they are asked for.
 */
import { Command } from 'commander';

const name = 'lab';

/** The command "lab" in full when the words ask for it, else only its name. */
export async function labCommand(words: readonly string[]): Promise<Command> {
  if (words[0] === name) {
    const lab = await import('../../env/lab/cli.ts');
    return lab.labCommand();
  }
  return new Command(name).description(
    'start, inspect and end the lab: the real parts on one host',
  );
}
