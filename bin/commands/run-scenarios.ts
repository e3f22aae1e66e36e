/**
 * What "run" does: starts the broker and Playwright in a fresh folder, then makes the reports from the
 * journal and tells the verdict. Loaded only when it is needed, because clients are slow to load.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cwd, stdout } from 'node:process';
import { loadProfile, newRunId, type Profile, ProfileError, startBroker } from '#env';
import { journalName } from '../../reports/journal.ts';
import { linkLatest, report } from '../../reports/report.ts';
import { summaryOf } from '../../reports/summary.ts';
import { exitStatusOf } from '../../reports/verdict.ts';
import { runPlaywright } from './playwright.ts';
import { named, profileNames, root } from './project.ts';
import { choose, type SelectionOptions } from './selection.ts';
import { UsageError } from './usage.ts';

/** What is run, and where its reports go. */
export interface RunOrder extends SelectionOptions {
  readonly profile: string;
  readonly out?: string;
}

/** Runs the chosen scenarios and returns the exit status that belongs to the verdict. */
export async function runScenarios(options: RunOrder): Promise<number> {
  const chosen = choose(options);
  const profile = await knownProfile(options.profile);
  const runId = newRunId();
  const outDir = freshFolder(options.out ?? join(root, 'reports/out', runId));
  writeFileSync(join(outDir, 'selection.json'), `${JSON.stringify(chosen.selection)}\n`);
  await using broker = await startBroker(profile.limits);
  const context = { runId, outDir, profile: options.profile, brokerSocket: broker.socketPath };
  await runPlaywright(context, ['--project=conformance', ...chosen.words]);
  if (!existsSync(join(outDir, journalName))) {
    stdout.write('The run ended before it began: see the message above.\n');
    return exitStatusOf('incomplete');
  }
  return conclude(outDir);
}

function conclude(outDir: string): number {
  const document = report(outDir);
  if (document.plan.planned === 0) {
    throw new UsageError(`Choosing ${document.selection.words}: no scenario is among them.`);
  }
  linkLatest(outDir, join(root, 'reports/out/latest'));
  stdout.write(`\n${summaryOf(document, outDir)}\n`);
  return exitStatusOf(document.verdict);
}

async function knownProfile(name: string): Promise<Profile> {
  try {
    return await loadProfile(name);
  } catch (error) {
    if (error instanceof ProfileError && error.code === 'PROFILE_NOT_FOUND') {
      throw new UsageError(`${error.message} The known profiles are ${named(profileNames())}.`);
    }
    throw error;
  }
}

function freshFolder(path: string): string {
  const folder = resolve(cwd(), path);
  if (existsSync(join(folder, journalName))) {
    throw new UsageError(
      `Writing to "${folder}": it holds the journal of another run. Choose another folder.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  return folder;
}
