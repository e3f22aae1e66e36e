/**
 * "mutants": its options.
 */
import { availableParallelism } from 'node:os';
import { availableMemory } from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';

interface MutantOptions {
  readonly only: readonly string[];
  readonly list?: true;
  readonly all?: true;
  readonly atOnce: number;
  readonly patience: number;
  readonly sample: number;
  readonly out?: string;
}

/** The command "mutants". */
export function mutantsCommand(done: (status: number) => void): Command {
  const collect = (value: string, earlier: string[]): string[] => [...earlier, value];
  return new Command('mutants')
    .description(
      'put one deliberate defect after another into the embedded stack and see who notices',
    )
    .option(
      '--only <id>',
      'only mutants whose id contains this, or that break this requirement (repeatable)',
      collect,
      [],
    )
    .option('--list', 'list the mutants and what they break, and run nothing')
    .option(
      '--all',
      'have every scenario meet every mutant, instead of those it concerns and a sample',
    )
    .addOption(
      new Option('--at-once <n>', 'how many stacks at once')
        .argParser(wholeNumber)
        .default(atOnce(), 'six for each processor, as memory allows, at most 16'),
    )
    .addOption(
      new Option('--sample <n>', 'how many other scenarios each mutant meets too, on average')
        .argParser(average)
        .default(1 / 3, 'one for each third mutant'),
    )
    .option('--patience <factor>', 'by how much budgets are longer than usual', factor, 1)
    .option('--out <folder>', 'folder of the matrix (default: reports/out/mutants)')
    .action(async (options: MutantOptions) => {
      const { runMutants } = await import('./run-mutants.ts');
      done(await runMutants(options));
    });
}

/** The process of a stack and the worker that meets it. */
const bytesEach = 600 * 2 ** 20;
/** Both wait half of the time. With eight for each of two processors answers came late. */
const perProcessor = 6;

function atOnce(): number {
  const byMemory = Math.floor(availableMemory() / 2 / bytesEach);
  return Math.max(1, Math.min(16, byMemory, perProcessor * availableParallelism()));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 32) {
    throw new InvalidArgumentError('Write a whole number from 1 to 32.');
  }
  return value;
}

function average(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100)) {
    throw new InvalidArgumentError('Write a number from 0 to 100, such as 0.5 or 2.');
  }
  return value;
}

function factor(text: string): number {
  const value = Number(text);
  if (!(value >= 0.1 && value <= 100)) {
    throw new InvalidArgumentError('Write a factor such as 1.5.');
  }
  return value;
}
