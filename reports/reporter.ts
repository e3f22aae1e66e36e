/**
 * The reporter of a conformance run: it writes the journal, record by record, and tells the person at
 * the terminal what is going on. It makes no report; `report.ts` does, from the journal alone.
 */
import { stdout, version } from 'node:process';
import { relative } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import { diagnosisIn } from './diagnosis.ts';
import { keepEvidence } from './evidence.ts';
import { JournalWriter } from './journal.ts';
import {
  type FactsRecord,
  journalVersion,
  type PlannedScenario,
  type ProfileRecord,
  type RequirementRow,
  type Selection,
} from './journal-schema.ts';
import { outcomeOf, texts } from './outcome.ts';
import { hear } from './signals.ts';
import { duration } from './summary.ts';
import { judgeScenario } from './verdict.ts';

/** What the Playwright configuration hands to the reporter. */
export interface ReporterOptions {
  readonly outDir: string;
  readonly runId: string;
  readonly project: string;
  readonly profile: ProfileRecord;
  readonly selection: Selection;
  readonly requirements: readonly RequirementRow[];
  /** Removes secrets from a text. */
  readonly redact: (text: string) => string;
  /** The annotation type by which scenarios cite requirements. */
  readonly citation: string;
}

/** Journal and terminal lines of one run. */
export class JournalReporter implements Reporter {
  readonly #options: ReporterOptions;
  #journal: JournalWriter | undefined;
  #planned = new Map<string, PlannedScenario>();
  #done = 0;
  #started = performance.now();
  #factsTold = '';

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    const { outDir, runId, project, profile, requirements } = this.#options;
    const journal = new JournalWriter(outDir);
    this.#journal = journal;
    this.#started = performance.now();
    journal.write({
      type: 'run',
      version: journalVersion,
      runId,
      project,
      node: version,
      profile,
      selection: selectionOf(this.#options.selection, config),
      requirements: [...requirements],
    });
    const scenarios = suite.allTests().map((test) => this.#plan(test, config));
    this.#planned = new Map(scenarios.map((scenario) => [scenario.id, scenario]));
    journal.write({ type: 'plan', scenarios });
    const cited = new Set(scenarios.flatMap((scenario) => scenario.requirements));
    say(`profile ${profile.name}: ${profile.title}`);
    say(
      `  OpenStack ${profile.series}, Kuryr ${profile.kuryr}, ${profile.podMode}, ${profile.provider}`,
    );
    say(`  claims ${profile.claims.join(', ')}`);
    say(
      `plan: scenarios ${scenarios.length}, requirements ${cited.size}, at once ${config.workers}`,
    );
  }

  onTestBegin(test: TestCase): void {
    this.#journal?.write({ type: 'begin', scenario: test.id });
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const planned = this.#planned.get(test.id);
    if (planned === undefined) {
      return;
    }
    const { outDir, redact } = this.#options;
    const evidence = keepEvidence(result.attachments, { outDir, scenario: test.id, redact });
    const diagnosis = diagnosisIn(result.attachments, redact);
    const outcome = {
      ...outcomeOf(test, result, redact),
      evidence,
      ...(diagnosis === undefined ? {} : { diagnosis }),
    };
    this.#journal?.write({ type: 'outcome', ...outcome });
    const { verdict, message } = judgeScenario(planned, outcome);
    this.#done += 1;
    const place = `${this.#done}/${this.#planned.size}`;
    say(
      `${verdict.padEnd(14)} ${place.padEnd(7)} ${duration(result.duration).padStart(10)}  ${planned.title}`,
    );
    if (diagnosis !== undefined) {
      say(`    broken link: ${diagnosis.layer}. ${diagnosis.sentence}`);
    }
    if (message !== '') {
      say(excerpt(message));
    }
  }

  onStdOut(chunk: string | Buffer, test: TestCase | undefined): void {
    const { signals, text } = hear(chunk.toString());
    for (const signal of signals) {
      if (signal.kind === 'facts') {
        this.#tellFacts(JSON.stringify(signal.facts));
      } else {
        const clock = duration(performance.now() - this.#started);
        const scenario = test === undefined ? '' : ` (${test.title})`;
        say(`  … ${clock.padStart(10)}  ${this.#options.redact(signal.text)}${scenario}`);
      }
    }
    if (text !== '') {
      say(this.#options.redact(text));
    }
  }

  onStdErr(chunk: string | Buffer): void {
    say(this.#options.redact(chunk.toString().trimEnd()));
  }

  onError(error: TestError): void {
    const message = texts(error, this.#options.redact).join('\n');
    this.#journal?.write({ type: 'trouble', message });
    say(`trouble: ${message}`);
  }

  onEnd(result: FullResult): void {
    this.#journal?.write({ type: 'end', status: result.status });
    this.#journal?.close();
  }

  printsToStdio(): boolean {
    return true;
  }

  #plan(test: TestCase, config: FullConfig): PlannedScenario {
    return {
      id: test.id,
      // The first three parts are the root, the project and the file.
      title: test.titlePath().slice(3).join(' '),
      file: relative(config.rootDir, test.location.file),
      line: test.location.line,
      requirements: test.annotations
        .filter(({ type }) => type === this.#options.citation)
        .map(({ description }) => description ?? ''),
    };
  }

  #tellFacts(text: string): void {
    // Every worker opens the stack and finds the same facts.
    if (text !== this.#factsTold) {
      this.#factsTold = text;
      const facts = JSON.parse(this.#options.redact(text)) as FactsRecord;
      this.#journal?.write({ type: 'facts', facts });
      say(
        `stack: Kubernetes ${facts.kubernetes}, Kuryr ${facts.kuryrVersion}, ${facts.nodes.length} nodes`,
      );
      for (const standIn of facts.standIns) say(`  stand-in: ${standIn}`);
    }
  }
}

function selectionOf(selection: Selection, config: FullConfig): Selection {
  const { shard } = config;
  return shard === null
    ? selection
    : { isFull: false, words: `${selection.words}, shard ${shard.current} of ${shard.total}` };
}

const mostLines = 14;
const widest = 300;

/** The whole text is in the journal; a terminal bears less. */
function excerpt(message: string): string {
  const lines = message.split('\n');
  const rest = lines.length - mostLines;
  return [
    ...lines
      .slice(0, mostLines)
      .map((line) => `    ${line.length > widest ? `${line.slice(0, widest)}…` : line}`),
    ...(rest > 0 ? [`    … and ${rest} more lines in the report`] : []),
  ].join('\n');
}

function say(text: string): void {
  stdout.write(`${text}\n`);
}

export default JournalReporter;
