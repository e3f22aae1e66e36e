/**
 * What "run" does: starts the stack if it is one that lives for a run, the broker, and Playwright in a
 * fresh folder, then makes the reports from the journal and tells the verdict. Loaded only when it is
 * needed, because clients are slow to load.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cwd, stderr, stdout } from 'node:process';
import { hostStack, newRunId, startBroker } from '#env';
import type { ConformanceDocument } from '../../reports/document.ts';
import { journalName } from '../../reports/journal.ts';
import { linkLatest, report } from '../../reports/report.ts';
import { duration, summaryOf } from '../../reports/summary.ts';
import { exitStatusOf } from '../../reports/verdict.ts';
import { Interruption } from './interruption.ts';
import { runPlaywright } from './playwright.ts';
import { knownProfile } from './profiles.ts';
import { root } from './project.ts';
import { choose, type SelectionOptions } from './selection.ts';
import { UsageError } from './usage.ts';

/** What is run, and where its reports go. */
export interface RunOrder extends SelectionOptions {
  readonly profile: string;
  readonly out?: string;
}

/** Runs the chosen scenarios and returns the exit status that belongs to the verdict. */
export async function runScenarios(order: RunOrder): Promise<number> {
  const document = await documentOfRun(order);
  return exitStatusOf(document?.verdict ?? 'incomplete');
}

/** Runs the chosen scenarios and gives the document of the run; undefined when it never began. */
export async function documentOfRun(order: RunOrder): Promise<ConformanceDocument | undefined> {
  const chosen = choose(order);
  const profile = await knownProfile(order.profile);
  const runId = newRunId();
  const outDir = freshFolder(order.out ?? join(root, 'reports/out', runId));
  writeFileSync(join(outDir, 'selection.json'), `${JSON.stringify(chosen.selection)}\n`);
  using interruption = new Interruption();
  const started = performance.now();
  await using stack = await hostStack(order.profile).catch((error: unknown) => {
    // At a terminal Ctrl-C ends the stack's process too, if it is young enough.
    if (!interruption.hasCome) throw error;
    return undefined;
  });
  if (stack !== undefined) {
    stdout.write(`Stack "${profile.name}" is up after ${duration(performance.now() - started)}.\n`);
    void stack.broken.then((how) => stderr.write(`The stack has broken: ${how}\n`));
  }
  await using broker = await startBroker(profile.limits);
  const context = {
    runId,
    outDir,
    profile: order.profile,
    brokerSocket: broker.socketPath,
    ...(stack === undefined ? {} : { stackSocket: stack.socketPath }),
  };
  if (!interruption.hasCome) {
    await runPlaywright(context, ['--project=conformance', ...chosen.words]);
  }
  if (!existsSync(join(outDir, journalName))) {
    stdout.write(
      interruption.hasCome
        ? 'The run was interrupted before its first scenario.\n'
        : 'The run ended before it began: see the message above.\n',
    );
    return undefined;
  }
  return conclude(outDir);
}

function conclude(outDir: string): ConformanceDocument {
  const document = report(outDir);
  if (document.plan.planned === 0) {
    throw new UsageError(`Choosing ${document.selection.words}: no scenario is among them.`);
  }
  linkLatest(outDir, join(root, 'reports/out/latest'));
  stdout.write(`\n${summaryOf(document, outDir)}\n`);
  return document;
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
