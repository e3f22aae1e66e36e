/**
 * What "run" does: starts the stack if it is one that lives for a run, the broker, and Playwright in a
 * fresh folder, then makes the reports from the journal and tells the verdict. Loaded only when it is
 * needed, because clients are slow to load.
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cwd, stderr, stdout } from 'node:process';
import { newRunId, type Profile, type StackAccess, startBroker } from '#env';
import type { ConformanceDocument } from '../../reports/document.ts';
import { journalName } from '../../reports/journal.ts';
import { linkLatest, report } from '../../reports/report.ts';
import { duration, summaryOf } from '../../reports/summary.ts';
import { exitStatusOf } from '../../reports/verdict.ts';
import { type HostedStacks, hostStacks } from './host-stacks.ts';
import { Interruption } from './interruption.ts';
import { runPlaywright } from './playwright.ts';
import { knownProfile } from './profiles.ts';
import { root } from './project.ts';
import { type Chosen, choose, type SelectionOptions } from './selection.ts';
import { UsageError } from './usage.ts';

/** What is run, and where its reports go. */
export interface RunOrder extends SelectionOptions {
  readonly profile: string;
  readonly out?: string;
  readonly aside?: Aside;
}

/** How a run goes that is a part of something larger: not at the terminal, and not the latest. */
export interface Aside {
  /** The file that gets what would be printed. */
  readonly log: string;
  /** Starts what happens beside the scenarios; it is disposed of when they have ended. */
  readonly beside?: (place: RunPlace) => Promise<AsyncDisposable>;
}

/** A run that is about to begin, for what happens beside it. */
export interface RunPlace {
  readonly runId: string;
  readonly profile: Profile;
  /** The way to the stack that was started for the run; without it the profile's own is meant. */
  readonly access?: StackAccess;
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
  await using stacks = await startStacks(order, profile, chosen).catch((error: unknown) => {
    // At a terminal Ctrl-C ends the stack's process too, if it is young enough.
    if (!interruption.hasCome) throw error;
    return undefined;
  });
  await using broker = await startBroker(profile.limits);
  const context = {
    runId,
    outDir,
    profile: order.profile,
    brokerSocket: broker.socketPath,
    ...stacks?.sockets,
  };
  if (!interruption.hasCome) {
    const access = stacks?.access;
    const place = { runId, profile, ...(access === undefined ? {} : { access }) };
    await besides(order, place, () =>
      runPlaywright(context, ['--project=conformance*', ...chosen.words], order.aside?.log),
    );
  }
  if (existsSync(join(outDir, journalName))) return conclude(order, outDir);
  tell(
    order,
    interruption.hasCome
      ? 'The run was interrupted before its first scenario.'
      : 'The run ended before it began: see the message above.',
  );
  return undefined;
}

/** A part of the scenarios does not take long enough for a second stack to be worth its start. */
async function startStacks(
  order: RunOrder,
  { name, limits }: Profile,
  { selection }: Chosen,
): Promise<HostedStacks> {
  const started = performance.now();
  const stacks = await hostStacks(order.profile, selection.isFull && limits.workers > 1 ? 2 : 1);
  if (stacks.broken.length > 0) {
    const what = stacks.broken.length > 1 ? 'and a spare one are up' : 'is up';
    tell(order, `Stack "${name}" ${what} after ${duration(performance.now() - started)}.`);
  }
  for (const broken of stacks.broken) {
    void broken.then((how) => stderr.write(`The stack has broken: ${how}\n`));
  }
  return stacks;
}

/** Lets what the order wants beside the scenarios happen while they run. */
async function besides(
  { aside }: RunOrder,
  place: RunPlace,
  run: () => Promise<void>,
): Promise<void> {
  const companion = await aside?.beside?.(place);
  try {
    await run();
  } finally {
    await companion?.[Symbol.asyncDispose]();
  }
}

function tell({ aside }: RunOrder, line: string): void {
  if (aside === undefined) stdout.write(`${line}\n`);
  else appendFileSync(aside.log, `${line}\n`);
}

function conclude(order: RunOrder, outDir: string): ConformanceDocument {
  const document = report(outDir);
  if (document.plan.planned === 0) {
    throw new UsageError(`Choosing ${document.selection.words}: no scenario is among them.`);
  }
  if (order.aside === undefined) linkLatest(outDir, join(root, 'reports/out/latest'));
  tell(order, `\n${summaryOf(document, outDir)}`);
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
