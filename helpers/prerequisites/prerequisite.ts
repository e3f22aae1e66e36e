/**
 * Prerequisites and how they are judged: from facts alone, with the command that mends what is missing.
 */
import type { KnownFacts, PlatformFacts, Question, Setting } from './facts.ts';

/** A change that mends something: a text, or an option of a command that takes several at once. */
export type Mend =
  | { readonly text: string }
  | { readonly command: string; readonly option: string; readonly target: string };

/** What was found out about one prerequisite. */
export interface Judgement {
  readonly required: string;
  readonly found: string;
  /** Undefined when what was found does not decide it. */
  readonly isMet: boolean | undefined;
  /** What to do when it is not met. */
  readonly mend: Mend;
}

/** Something that a cloud must have before Kuryr can work on it. */
export interface Prerequisite {
  readonly id: string;
  readonly name: string;
  /** The questions whose answers it takes. */
  readonly asks: readonly Question[];
  readonly judge: (facts: PlatformFacts, setting: Setting) => Judgement;
}

/** The verdict on a prerequisite; the reason of an unknown one is what was found. */
export type PrerequisiteVerdict = 'met' | 'not-met' | 'unknown';

/** One line of the table of prerequisites. */
export interface PrerequisiteRow {
  readonly name: string;
  readonly required: string;
  readonly found: string;
  readonly verdict: PrerequisiteVerdict;
  readonly mend?: Mend;
}

/** Writes down a prerequisite that sees nothing but the answers that it asks for. */
export function prerequisite<const Id extends string, const Q extends Question>(parts: {
  readonly id: Id;
  readonly name: string;
  readonly asks: readonly Q[];
  readonly judge: (facts: Pick<PlatformFacts, Q>, setting: Setting) => Judgement;
}): Prerequisite & { readonly id: Id } {
  return parts;
}

/** Judges one prerequisite; it is unknown when one of its questions has no answer. */
export function judgePrerequisite(
  { name, asks, judge }: Prerequisite,
  facts: KnownFacts,
  setting: Setting,
): PrerequisiteRow {
  const unknown: string[] = [];
  const answers: Partial<Record<Question, unknown>> = {};
  for (const question of asks) {
    const fact = facts[question];
    if (fact === undefined) unknown.push(`nobody has asked for "${question}"`);
    else if ('unknown' in fact) unknown.push(fact.unknown);
    else answers[question] = fact.value;
  }
  if (unknown.length > 0) {
    return { name, required: '?', found: unknown.join('; '), verdict: 'unknown' };
  }
  const { required, found, isMet, mend } = judge(answers as unknown as PlatformFacts, setting);
  if (isMet === undefined) return { name, required, found, verdict: 'unknown' };
  return isMet
    ? { name, required, found, verdict: 'met' }
    : { name, required, found, verdict: 'not-met', mend };
}

/** Writes a change out as one would type it. */
export function mendText(mend: Mend): string {
  return 'text' in mend ? mend.text : `${mend.command} ${mend.option} ${mend.target}`;
}

/** Writes several changes out, with all options of one command in one line. */
export function mendTexts(mends: readonly Mend[]): string[] {
  const options = new Map<string, string[]>();
  for (const mend of mends) {
    if ('text' in mend) {
      options.set(mend.text, []);
    } else {
      const line = JSON.stringify([mend.command, mend.target]);
      options.set(line, [...(options.get(line) ?? []), mend.option]);
    }
  }
  return [...options].map(([line, own]) => {
    if (own.length === 0) return line;
    const [command = '', target = ''] = JSON.parse(line) as string[];
    return [command, ...own, target].join(' ');
  });
}
