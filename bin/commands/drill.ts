/**
 * "drill": breaks a running stack in known ways, one at a time, and tells whether the suite notices.
 */
import { Command, InvalidArgumentError } from 'commander';
import { profileFrom } from './project.ts';

interface DrillOptions {
  readonly list?: boolean;
  readonly only: readonly string[];
  readonly profile?: string;
  readonly atOnce: number;
  readonly out?: string;
  readonly iOwnThisStack?: boolean;
}

const mostAtOnce = 8;

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= mostAtOnce) return value;
  throw new InvalidArgumentError(`give a whole number from 1 to ${mostAtOnce}.`);
}

/** The command "drill". */
export function drillCommand(done: (status: number) => void): Command {
  const collect = (value: string, earlier: string[]): string[] => [...earlier, value];
  return new Command('drill')
    .description('break a running stack in known ways and see whether the suite notices')
    .option('--list', 'only list the drills')
    .option('--only <id>', 'only this drill (repeatable)', collect, [])
    .option('--profile <name-or-file>', 'the stack: a profile of env/profiles, or a file')
    .option('--at-once <count>', 'how many drills that disturb nobody else run together', count, 3)
    .option('--out <folder>', 'folder of the runs (default: reports/out/drills-<time>)')
    .option('--i-own-this-stack', "allow it on somebody's cluster, whose objects it damages")
    .action(async ({ profile, ...options }: DrillOptions) => {
      const { listDrills, runDrills } = await import('./run-drills.ts');
      if (options.list === true) listDrills();
      else {
        done(
          await runDrills({
            ...options,
            ...(profile === undefined ? {} : { profile: profileFrom(profile) }),
          }),
        );
      }
    });
}
