/**
 * The last ten lines on the terminal: the verdict, why, on what, how many, the first things to look at,
 * and where the reports are.
 */
import type { ConformanceDocument } from './document.ts';
import { type Verdict, verdicts } from './verdict.ts';

const mostProblems = 3;
const widest = 160;

/** Prints a time span the way people say it. */
export function duration(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}

/** Makes the summary of a run, at most ten lines. */
export function summaryOf(document: ConformanceDocument, outDir: string): string {
  const { profile, facts, plan } = document;
  const standIns = facts?.standIns ?? [];
  return [
    `verdict       ${document.verdict}: ${document.reasons.join(' ')}`,
    `profile       ${profile.name}: OpenStack ${profile.series}, Kuryr ${profile.kuryr}, ${profile.podMode}, provider ${profile.provider}`,
    `stand-ins     ${standIns.length === 0 ? 'none' : `${standIns.length} parts of the stack are substituted, as index.html lists`}`,
    `requirements  ${countsLine(document)}`,
    `scenarios     ${plan.withOutcome} of ${plan.planned} with an outcome, in ${duration(document.durationMs)}`,
    ...problems(document),
    `reports       ${outDir}`,
  ]
    .map((line) => oneLine(line))
    .join('\n');
}

function countsLine({ counts }: ConformanceDocument): string {
  const said = verdicts
    .map((verdict) => [verdict, total(counts, verdict)] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`);
  return said.join(', ') || 'none';
}

function total(counts: ConformanceDocument['counts'], verdict: Verdict): number {
  return counts.must[verdict] + counts.should[verdict] + counts.may[verdict];
}

function problems({ scenarios }: ConformanceDocument): string[] {
  const bad = scenarios.filter(({ verdict }) => ['failed', 'inconclusive'].includes(verdict));
  const shown = bad.slice(0, mostProblems).map((scenario) => {
    const { diagnosis, message } = scenario;
    const cause =
      diagnosis === undefined
        ? (message.split('\n')[0] ?? '')
        : `${diagnosis.layer}: ${diagnosis.sentence}`;
    return `${scenario.verdict.padEnd(14)}${scenario.title}: ${cause}`;
  });
  const rest = bad.length - shown.length;
  return rest > 0 ? [...shown, `              and ${rest} more: see index.html`] : shown;
}

function oneLine(text: string): string {
  const flat = text.replaceAll(/\s*\n\s*/g, ' ');
  // The folder at the end of the last line must stay whole, to be copied.
  return flat.length > widest && !flat.startsWith('reports ') ? `${flat.slice(0, widest)}…` : flat;
}
