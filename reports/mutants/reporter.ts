/**
 * The reporter of a run of mutants: one line on disk for each meeting, and one on the terminal for each
 * mutant that has met all its scenarios.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { stdout } from 'node:process';
import type {
  FullConfig,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import { diagnosisIn } from '../diagnosis.ts';
import { outcomeOf, texts } from '../outcome.ts';
import { duration } from '../summary.ts';
import { judgeScenario, type Verdict } from '../verdict.ts';
import type { Meeting } from './meeting.ts';
import { mutantFiles, mutantOfFile } from './plan.ts';

/** What the Playwright configuration hands to the reporter. */
export interface MutantReporterOptions {
  readonly outDir: string;
  readonly redact: (text: string) => string;
  readonly citation: string;
}

/** Writes down what becomes of each mutant. */
class MutantReporter implements Reporter {
  readonly #options: MutantReporterOptions;
  readonly #open = new Map<string, number>();
  readonly #reds = new Map<string, number>();
  #mutants = 0;
  #done = 0;
  #started = performance.now();

  constructor(options: MutantReporterOptions) {
    this.#options = options;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.#started = performance.now();
    for (const test of suite.allTests()) {
      const mutant = mutantOf(test);
      this.#open.set(mutant, (this.#open.get(mutant) ?? 0) + 1);
    }
    this.#mutants = this.#open.size;
    say(
      `plan: mutants ${this.#mutants}, meetings ${suite.allTests().length}, at once ${config.workers}`,
    );
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const meeting = this.#meetingOf(test, result);
    appendFileSync(
      join(this.#options.outDir, mutantFiles.meetings),
      `${JSON.stringify(meeting)}\n`,
    );
    if (meeting.result === 'red') {
      this.#reds.set(meeting.mutant, (this.#reds.get(meeting.mutant) ?? 0) + 1);
    }
    const left = (this.#open.get(meeting.mutant) ?? 1) - 1;
    this.#open.set(meeting.mutant, left);
    if (left > 0) return;
    this.#done += 1;
    const clock = duration(performance.now() - this.#started).padStart(12);
    const place = `${this.#done}/${this.#mutants}`.padEnd(8);
    say(`${place}${clock}  ${meeting.mutant}: ${this.#reds.get(meeting.mutant) ?? 0} red`);
  }

  onError(error: TestError): void {
    say(`trouble: ${texts(error, this.#options.redact).join('\n')}`);
  }

  printsToStdio(): boolean {
    return true;
  }

  #meetingOf(test: TestCase, result: TestResult): Meeting {
    const { redact, citation } = this.#options;
    const outcome = { ...outcomeOf(test, result, redact), evidence: [] };
    const requirements = test.annotations
      .filter(({ type }) => type === citation)
      .map(({ description }) => description ?? '');
    const scenario = {
      ...{ id: test.id, title: test.titlePath().slice(3).join(' '), file: '', line: 0 },
      requirements,
    };
    const { verdict } = judgeScenario(scenario, outcome);
    const found = diagnosisIn(result.attachments, redact);
    return {
      ...{ mutant: mutantOf(test), scenario: scenario.title, requirements },
      result: outcome.status === 'passed' ? 'green' : (resultOf[verdict] ?? 'undecided'),
      message: outcome.errors.join('\n'),
      durationMs: Math.round(result.duration),
      ...found,
    };
  }
}

/** What must turn red is listed like a known failure. */
const resultOf: Partial<Readonly<Record<Verdict, Meeting['result']>>> = {
  failed: 'red',
  'known-failure': 'red',
  'not-applicable': 'not-applicable',
};

/** The third part of a title path, after root and project, is the file, which is named after the mutant. */
function mutantOf(test: TestCase): string {
  return mutantOfFile(test.titlePath()[2] ?? '');
}

function say(text: string): void {
  stdout.write(`${text}\n`);
}

export default MutantReporter;
