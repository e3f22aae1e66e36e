/**
 * "matrix": one run on each embedded profile that comes with the project, one after another, and a table
 * of their verdicts.
 */
import { Command } from 'commander';

/** The command "matrix". */
export function matrixCommand(done: (status: number) => void): Command {
  const collect = (value: string, earlier: string[]): string[] => [...earlier, value];
  return new Command('matrix')
    .description('run all scenarios on each embedded profile and sum the verdicts up')
    .option('--profile <name>', 'only this profile of the table (repeatable)', collect, [])
    .option('--out <folder>', 'folder of the runs (default: reports/out/matrix-<time>)')
    .action(async (options: { readonly profile: readonly string[]; readonly out?: string }) => {
      const { runMatrix } = await import('./run-matrix.ts');
      done(await runMatrix(options));
    });
}
