/**
 * Starts Playwright as a child process: for a run, and to learn which scenario cites which requirement.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { execPath } from 'node:process';
import { environmentOf, inheritedEnvironment, type RunContext, StackError } from '#env';
import { requirementAnnotation } from '#helpers';
import { root } from './project.ts';

const command = createRequire(import.meta.url).resolve('@playwright/test/cli');

/** One scenario and the requirements it cites. */
export interface CitingScenario {
  readonly title: string;
  readonly file: string;
  readonly line: number;
  readonly requirements: readonly string[];
}

/**
 * Runs the scenarios in a child process and resolves when it has ended; what it prints goes to the log,
 * or to the terminal without one. Ctrl-C and SIGTERM end the scenarios in good order: their outcomes are
 * kept.
 */
export async function runPlaywright(
  context: RunContext,
  words: readonly string[],
  log?: string,
): Promise<void> {
  const printed = log === undefined ? 'inherit' : openSync(log, 'a');
  const child = spawn(execPath, [command, 'test', ...words], {
    cwd: root,
    env: {
      ...inheritedEnvironment(),
      ...environmentOf(context),
      ...(context.mutantPlan === undefined ? frugal() : {}),
    },
    stdio: ['ignore', printed, printed],
  });
  if (printed !== 'inherit') closeSync(printed);
  // At a terminal the child hears Ctrl-C too; Playwright takes two at once for one.
  const end = (): void => {
    child.kill('SIGINT');
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => {
        resolve();
      });
    });
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/**
 * Workers make little garbage at a time: a small nursery saves each of them some 50 MB. It costs processor
 * time; a worker of a run of mutants, which lives long and works hard, does without it.
 */
function frugal(): Record<string, string> {
  const given = inheritedEnvironment()['NODE_OPTIONS'] ?? '';
  return { NODE_OPTIONS: `${given} --max-semi-space-size=1`.trim() };
}

/** Lists all scenarios with the requirements they cite. */
export async function citingScenarios(): Promise<CitingScenario[]> {
  const words = ['test', '--list', '--project=conformance', '--reporter=json'];
  const child = spawn(execPath, [command, ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      resolve();
    });
  });
  return flatten(listingIn(text).suites, []);
}

interface Listing {
  readonly suites: readonly ListedSuite[];
}

interface ListedSuite {
  readonly title: string;
  readonly file: string;
  readonly suites?: readonly ListedSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly file: string;
    readonly line: number;
    readonly tests: readonly {
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    }[];
  }[];
}

function listingIn(text: string): Listing {
  try {
    return JSON.parse(text) as Listing;
  } catch (cause) {
    throw new StackError(
      'SCENARIOS_NOT_LISTED',
      'Listing the scenarios: Playwright printed no JSON. Run "npm run test:list" to see why.',
      { cause },
    );
  }
}

function flatten(suites: readonly ListedSuite[], above: readonly string[]): CitingScenario[] {
  return suites.flatMap((suite) => {
    // The outermost suite is the file, which is no part of the sentence.
    const titles = suite.title === suite.file ? above : [...above, suite.title];
    const own = suite.specs.map(({ title, file, line, tests }) => ({
      title: [...titles, title].join(' '),
      file: `suites/${file.replace(/^suites\//, '')}`,
      line,
      requirements: (tests[0]?.annotations ?? [])
        .filter(({ type }) => type === requirementAnnotation)
        .map(({ description }) => description ?? ''),
    }));
    return [...own, ...flatten(suite.suites ?? [], titles)];
  });
}
