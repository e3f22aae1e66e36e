/**
 * What "matrix" does. A profile that cannot be judged does not keep the next one from being run; Ctrl-C
 * ends the run that is going on and all that would follow.
 */
import { join } from 'node:path';
import { stdout } from 'node:process';
import { embeddedProfileNames, newRunId } from '#env';
import type { ConformanceDocument } from '../../reports/document.ts';
import { duration } from '../../reports/summary.ts';
import { exitStatusOf, type Verdict, verdicts } from '../../reports/verdict.ts';
import { Interruption } from './interruption.ts';
import { named, root } from './project.ts';
import { documentOfRun } from './run-scenarios.ts';
import { UsageError } from './usage.ts';

interface Row {
  readonly profile: string;
  readonly document: ConformanceDocument | undefined;
  readonly tookMs: number;
}

/** Runs the profiles and returns the worst exit status among them. */
export async function runMatrix(options: {
  readonly profile: readonly string[];
  readonly out?: string;
}): Promise<number> {
  const names = chosen(options.profile);
  const folder = options.out ?? join(root, 'reports/out', `matrix-${newRunId()}`);
  using interruption = new Interruption();
  const rows: Row[] = [];
  for (const profile of names) {
    if (interruption.hasCome) break;
    stdout.write(`\n== ${profile} (${rows.length + 1} of ${names.length})\n`);
    const started = performance.now();
    const out = join(folder, profile);
    const document = await documentOfRun({ profile, out, area: [], requirement: [] });
    rows.push({ profile, document, tookMs: performance.now() - started });
  }
  stdout.write(`\n${tableOf(rows)}\n`);
  const statuses = rows.map(({ document }) => exitStatusOf(document?.verdict ?? 'incomplete'));
  return Math.max(...statuses, rows.length < names.length ? exitStatusOf('incomplete') : 0);
}

function chosen(wanted: readonly string[]): readonly string[] {
  const known = embeddedProfileNames();
  for (const name of wanted.filter((each) => !known.includes(each))) {
    throw new UsageError(`Choosing profile "${name}": the embedded profiles are ${named(known)}.`);
  }
  return wanted.length === 0 ? known : wanted;
}

function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ profile }) => profile.length), 'profile'.length) + 2;
  const heads = ['verdict'.padEnd(16), ...verdicts.map((name) => name.padEnd(name.length + 2))];
  return [
    `${'profile'.padEnd(width)}${heads.join('')}time`,
    ...rows.map(({ profile, document, tookMs }) => {
      const counts = verdicts.map((verdict) =>
        countOf(document, verdict).padEnd(verdict.length + 2),
      );
      const verdict = (document?.verdict ?? 'incomplete').padEnd(16);
      return `${profile.padEnd(width)}${verdict}${counts.join('')}${duration(tookMs)}`;
    }),
  ].join('\n');
}

function countOf(document: ConformanceDocument | undefined, verdict: Verdict): string {
  if (document === undefined) return '-';
  const { must, should, may } = document.counts;
  return String(must[verdict] + should[verdict] + may[verdict]);
}
