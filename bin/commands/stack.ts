/**
 * "stack": starts the stack of a profile by itself and keeps it until it is ended, so that kubectl and
 * the openstack command line can be tried on it.
 */
import { stdout } from 'node:process';
import { Command } from 'commander';
import { defaultProfile, profileFrom } from './project.ts';
import { UsageError } from './usage.ts';

/** The command "stack". */
export function stackCommand(): Command {
  return new Command('stack')
    .description('start the embedded stack of a profile and keep it until Ctrl-C')
    .option(
      '--profile <name-or-file>',
      'the stack: a profile of env/profiles, or a file',
      defaultProfile,
    )
    .action(async ({ profile }: { readonly profile: string }) => {
      await keep(profileFrom(profile));
    });
}

async function keep(nameOrFile: string): Promise<void> {
  const { hostStack, StackError } = await import('#env');
  const { Interruption } = await import('./interruption.ts');
  const { knownProfile } = await import('./profiles.ts');
  const { name } = await knownProfile(nameOrFile);
  using interruption = new Interruption();
  const started = performance.now();
  await using stack = await hostStack(nameOrFile);
  if (stack === undefined) {
    throw new UsageError(
      `Starting the stack of profile "${name}": it is none that this project starts by itself. Choose an embedded one.`,
    );
  }
  const { kubeconfigPath, cloudsYamlPath, cloudName } = stack.access;
  stdout.write(
    [
      `Stack "${name}" is up after ${Math.round(performance.now() - started)} ms. End it with Ctrl-C.`,
      '',
      `export KUBECONFIG=${kubeconfigPath}`,
      `export OS_CLIENT_CONFIG_FILE=${cloudsYamlPath} OS_CLOUD=${cloudName}`,
      `export KC_PROFILE=${nameOrFile} KC_STACK=${stack.socketPath}  # for "npx playwright test"`,
      '',
    ].join('\n'),
  );
  const broken = await Promise.race([interruption.come, stack.broken]);
  if (broken !== undefined) throw new StackError('STACK_BROKEN', `Keeping the stack: ${broken}`);
}
