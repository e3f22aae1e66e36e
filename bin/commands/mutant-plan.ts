/**
 * Plans a run of mutants: which are chosen, which scenarios each of them meets, and with which profile.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import {
  isMended,
  type KnownMutant,
  knownMutants,
  loadProfile,
  mutantBases,
  type Profile,
} from '#env';
import { whyNotApplicable } from '#helpers';
import type { MutantPlan, PlannedMutant } from '../../reports/mutants/plan.ts';
import { catalogue } from '../../suites/requirements/index.ts';
import { type CitingScenario, citingScenarios } from './playwright.ts';
import { root } from './project.ts';
import { redByItself } from './red-by-itself.ts';
import { UsageError } from './usage.ts';

/** Known failures that are no deviation of the simulated Kuryr: the mended one has them too. */
const unmended = new Set(['POL-NAME-03', 'POL-NAME-05', 'POL-SVC-05']);

/** Which mutants are chosen, and what they meet. */
export interface MutantChoice {
  readonly only: readonly string[];
  readonly all?: true;
  readonly patience: number;
  readonly sample: number;
}

const link = 'https://opendev.org/openstack/kuryr-kubernetes';
/** Nothing turns red under a harmless mutant, so it meets so many, or the sample if that is more. */
const fewestOfHarmless = 6;

/** Plans the chosen mutants. */
export async function plannedMutants(
  mutants: readonly KnownMutant[],
  choice: MutantChoice,
  outDir: string,
): Promise<Pick<MutantPlan, 'mutants' | 'musts' | 'redByItself' | 'isFull'>> {
  const scenarios = await citingScenarios();
  const planned: PlannedMutant[] = [];
  for (const mutant of mutants) {
    const profile = await writtenProfile(mutant, { outDir, patience: choice.patience });
    const met = meetingsOf(mutant, { scenarios, profile: profile.loaded, ...choice });
    planned.push({
      ...{ id: mutant.id, fault: mutant.fault, base: mutant.on ?? 'ovn' },
      ...(mutant.origin === undefined ? {} : { origin: mutant.origin }),
      layers: [mutant.layer ?? []].flat(),
      breaks: [...mutant.breaks],
      mayBreak: [...(mutant.mayBreak ?? [])],
      isEverywhere: mutant.isEverywhere === true,
      profile: profile.file,
      files: [...new Set(met.map(({ file }) => file))],
      meets: met.length,
      pattern: patternOf(met),
    });
  }
  return {
    mutants: planned,
    musts: musts(),
    redByItself: [...redByItself],
    isFull: choice.only.length === 0,
  };
}

/** Says which mutants there are, one a line. */
export async function listed(choice: MutantChoice): Promise<string> {
  const mutants = await chosenMutants(choice);
  return mutants
    .map(
      ({ id, breaks, fault }) => `${id}\n  ${fault}\n  breaks ${breaks.join(', ') || 'nothing'}\n`,
    )
    .join('');
}

/** Finds the chosen mutants. */
export async function chosenMutants({ only }: MutantChoice): Promise<KnownMutant[]> {
  const all = (await knownMutants()).map(spelledOut);
  refuseUnknownIds(all);
  const wanted = all.filter(
    ({ id, breaks }) =>
      only.length === 0 || only.some((word) => id.includes(word) || breaks.includes(word)),
  );
  if (wanted.length > 0) return wanted;
  throw new UsageError(
    `Choosing mutants by ${only.map((word) => `"${word}"`).join(', ')}: there is none. See "kuryr-conformance mutants --list".`,
  );
}

/** A mutant with the ids that "POL-*" and the like stand for; one that stands for none stays, and is refused. */
function spelledOut(mutant: KnownMutant): KnownMutant {
  if (mutant.mayBreak === undefined) return mutant;
  const mayBreak = mutant.mayBreak.flatMap((word) => {
    const ids = catalogue.requirements.map(({ id }) => id).filter((id) => matches(word, id));
    return ids.length === 0 ? [word] : ids;
  });
  return { ...mutant, mayBreak };
}

function matches(word: string, id: string): boolean {
  return word.endsWith('*') ? id.startsWith(word.slice(0, -1)) : id === word;
}

function refuseUnknownIds(mutants: readonly KnownMutant[]): void {
  const known: readonly string[] = catalogue.requirements.map(({ id }) => id);
  const wrong = mutants.flatMap(({ id, breaks, mayBreak = [] }) =>
    [...breaks, ...mayBreak].filter((one) => !known.includes(one)).map((one) => `${id}: ${one}`),
  );
  if (wrong.length > 0) {
    throw new UsageError(`Reading mutants: no requirement has these ids.\n  ${wrong.join('\n  ')}`);
  }
}

/** A MUST that says itself that no scenario covers it cannot turn red, and some are red in any case. */
function musts(): string[] {
  return catalogue.requirements
    .filter((row) => row.level === 'must' && !('uncovered' in row))
    .map(({ id }) => id)
    .filter((id) => !redByItself.includes(id));
}

interface Circumstances extends MutantChoice {
  readonly scenarios: readonly CitingScenario[];
  readonly profile: Profile;
}

function meetingsOf(mutant: KnownMutant, around: Circumstances): readonly CitingScenario[] {
  const { scenarios, profile } = around;
  const applicable = scenarios.filter(({ requirements }) =>
    requirements.every((id) => appliesTo(id, profile)),
  );
  if (around.all === true) return applicable;
  const named = covering(applicable, mutant.breaks);
  if (mutant.isEverywhere === true) return named;
  // What is red without any mutant proves nothing by being red.
  const standing = profile.knownFailures.map(({ requirement }) => requirement);
  const others = applicable.filter(
    (one) => !cites(one, [...mutant.breaks, ...(mutant.mayBreak ?? []), ...standing]),
  );
  const count =
    mutant.breaks.length === 0
      ? Math.max(fewestOfHarmless, around.sample)
      : wholeOf(around.sample, mutant.id);
  return [...named, ...pickedFor(mutant.id, others).slice(0, count)];
}

/** A whole number for a mutant, of which the average over many is the one given. */
function wholeOf(average: number, mutant: string): number {
  const lot = createHash('sha256').update(mutant).digest().readUInt32BE() / 2 ** 32;
  return Math.floor(average) + (lot < average % 1 ? 1 : 0);
}

/**
 * The others in an order of the mutant's own, so that each is met by some mutants. A mutant or a scenario
 * more changes nothing for those that were there.
 */
function pickedFor(mutant: string, others: readonly CitingScenario[]): CitingScenario[] {
  const lot = ({ title }: CitingScenario): string =>
    createHash('sha256').update(`${mutant}\n${title}`).digest('hex');
  const lots = new Map(others.map((one) => [one, lot(one)]));
  return others.toSorted((a, b) => (lots.get(a) ?? '').localeCompare(lots.get(b) ?? ''));
}

/** As few scenarios as cite all ids: those first that cite most of them, and of these the most narrow. */
function covering(
  scenarios: readonly CitingScenario[],
  ids: readonly string[],
): readonly CitingScenario[] {
  const left = new Set(ids);
  const taken: CitingScenario[] = [];
  while (left.size > 0) {
    const weight = ({ requirements }: CitingScenario): number =>
      requirements.filter((id) => left.has(id)).length * 100 - requirements.length;
    const best = scenarios.toSorted((a, b) => weight(b) - weight(a))[0];
    if (best === undefined || !cites(best, [...left])) return taken;
    taken.push(best);
    for (const id of best.requirements) left.delete(id);
  }
  return taken;
}

function appliesTo(id: string, profile: Profile): boolean {
  const row = catalogue.requirements.find((candidate) => candidate.id === id);
  return row !== undefined && whyNotApplicable(row, profile) === undefined;
}

function cites({ requirements }: CitingScenario, ids: readonly string[]): boolean {
  return requirements.some((id) => ids.includes(id));
}

/** Playwright matches against project, file, titles and tags, joined by blanks; this is the end of it. */
function patternOf(scenarios: readonly CitingScenario[]): string {
  if (scenarios.length === 0) return '^$';
  const titles = scenarios.map(({ title }) =>
    title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
  );
  return `(?:${titles.join('|')})(?: @|$)`;
}

interface Written {
  readonly file: string;
  readonly loaded: Profile;
}

/** A load balancer of amphorae takes longer, as virtual machines do. */
const slowerWithAmphorae: Readonly<Record<string, number>> = {
  serviceActive: 10,
  loadBalancerActive: 10,
};

/** How long a mutant may take to be noticed: a red scenario waits for all of it, a green one hardly ever. */
const budgets: Readonly<Record<string, number>> = {
  podReady: 10,
  podDeleted: 6,
  serviceActive: 5,
  loadBalancerActive: 5,
  loadBalancerDeleted: 5,
  floatingIp: 4,
  // Three reads of two seconds each say that somebody is kept out.
  policyEffective: 7,
  policyInForce: 4,
  answer: 0.5,
  dataplane: 5,
  // It lasts until there were two reads, however long they take.
  quiet: 1.5,
  namespaceDeleted: 10,
  census: 5,
  // The C library asks each server twice, and waits five seconds for each answer.
  dns: 12,
};

async function writtenProfile(
  mutant: KnownMutant,
  { outDir, patience }: { readonly outDir: string; readonly patience: number },
): Promise<Written> {
  const base = mutantBases[mutant.on ?? 'ovn'];
  const stem = join(outDir, 'profiles', mutant.id.replaceAll('/', '--'));
  const [row, known] = ['table', 'known-failures'].map((name): unknown =>
    parse(readFileSync(join(root, `env/profiles/embedded.${name}.yaml`), 'utf8')),
  ) as [Record<string, object>, readonly { requirement: string }[]];
  const allowed = base.endsWith('amphora') ? { ...budgets, ...slowerWithAmphorae } : budgets;
  const within = Object.entries(allowed).map(([name, seconds]) => [
    name,
    { within: `${Math.round(seconds * patience * 1_000)}ms` },
  ]);
  const profile = {
    ...{ name: mutant.id.replaceAll('/', '--'), stack: 'embedded', ...row[base] },
    budgets: Object.fromEntries(within) as object,
  };
  writeFileSync(`${stem}.yaml`, stringify(profile));
  // What must turn red is expected to: Playwright then keeps its worker, and so the stack.
  const own = mutant.breaks.map((requirement) => ({ requirement, reason: mutant.fault, link }));
  const standing = isMended(mutant.on)
    ? known.filter(({ requirement }) => unmended.has(requirement))
    : known;
  const others = standing.filter(({ requirement }) => !mutant.breaks.includes(requirement));
  writeFileSync(`${stem}.known-failures.yaml`, stringify([...own, ...others]));
  const file = `${stem}.yaml`;
  return { file, loaded: await loadProfile(file) };
}
