/**
 * The requirement catalogue: a closed, typed set of sentences with stable ids, and `covers`, by which
 * a scenario cites them. What a requirement needs is said in its row, never in a scenario.
 */
import { type Capability, CatalogueError, type KuryrRelease, type OpenStackSeries } from '#env';

/** How binding a requirement is. */
export type RequirementLevel = 'must' | 'should' | 'may';

/** One sentence about observable behaviour. */
export interface Requirement {
  /** `AREA[-SUB]-NN`; never renumbered, never reused. */
  readonly id: string;
  readonly level: RequirementLevel;
  /** A documented limitation is asserted, not skipped. */
  readonly kind?: 'promise' | 'limitation';
  readonly text: string;
  /** Where the sentence comes from: document or code with its release. */
  readonly source: string;
  /** What a stack must claim for the requirement to apply. */
  readonly needs: readonly Capability[];
  /** What a stack must not claim: a limitation ends where the capability begins. */
  readonly unless?: readonly Capability[];
  /** First OpenStack series to which it applies. */
  readonly since?: OpenStackSeries;
  /** Last OpenStack series to which it applies. */
  readonly until?: OpenStackSeries;
  /** First release line of Kuryr to which it applies, whatever the cloud. */
  readonly sinceKuryr?: KuryrRelease;
  /** Last release line of Kuryr to which it applies. */
  readonly untilKuryr?: KuryrRelease;
  /** Why no scenario covers it; a covered requirement must not say so. */
  readonly uncovered?: string;
}

/** The Playwright details by which a scenario cites its requirements. */
export interface Citation {
  tag: string[];
  annotation: { type: string; description: string }[];
}

/** A catalogue whose ids are known to the compiler. */
export interface Catalogue<Id extends string> {
  readonly requirements: readonly (Requirement & { readonly id: Id })[];
  /** Cites the requirements that a scenario covers: `test(title, covers('POD-PORT-01'), body)`. */
  readonly covers: (...ids: [Id, ...Id[]]) => Citation;
}

/** The annotation type that carries a cited requirement id; `applicability` and reports read it. */
export const requirementAnnotation = 'requirement';

/** The ids that annotations cite. */
export function citedIn(
  annotations: readonly { readonly type: string; readonly description?: string }[],
): string[] {
  return annotations
    .filter(({ type }) => type === requirementAnnotation)
    .map(({ description }) => description ?? '');
}

const idForm = /^[A-Z][A-Z0-9]*(-[A-Z][A-Z0-9]*)*-\d{2}$/;

/** Whether a scenario that cites a requirement disturbs everybody on the stack. */
export function isDisturbing({ needs }: Pick<Requirement, 'needs'>): boolean {
  return needs.some((need) => need.startsWith('fault.'));
}

/** Builds a catalogue from its rows; the rows' literal ids become the argument type of `covers`. */
export function defineCatalogue<const Rows extends readonly Requirement[]>(
  rows: Rows,
): Catalogue<Rows[number]['id']> {
  const problems = rows.flatMap((row, index) => problemsOf(row, rows.slice(0, index)));
  if (problems.length > 0) {
    throw new CatalogueError(
      'CATALOGUE_INVALID',
      `Building the requirement catalogue: found ${problems.length} problem(s).\n` +
        problems.map((problem) => `  ${problem}`).join('\n'),
    );
  }
  return {
    requirements: rows,
    covers: (...ids) => ({
      tag: ids.map((id) => `@${id}`),
      annotation: ids.map((id) => ({ type: requirementAnnotation, description: id })),
    }),
  };
}

function problemsOf(row: Requirement, earlier: readonly Requirement[]): string[] {
  return [
    idForm.test(row.id) ? '' : `"${row.id}" is no id: write AREA-NN or AREA-SUB-NN`,
    earlier.some((other) => other.id === row.id)
      ? `"${row.id}" is used twice: give a new number`
      : '',
    row.text.trim() === '' ? `"${row.id}" has no text: write the sentence` : '',
    row.source.trim() === '' ? `"${row.id}" has no source: cite a document or code` : '',
    row.uncovered?.trim() === '' ? `"${row.id}" is uncovered without a reason` : '',
  ].filter((problem) => problem !== '');
}
