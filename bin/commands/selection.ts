/**
 * Turns the options of "run" into a selection: checked against what exists, put into Playwright's words
 * and into words for the report.
 */
import { catalogue } from '../../suites/requirements/index.ts';
import type { Selection } from '../../reports/journal-schema.ts';
import { areas, named } from './project.ts';
import { UsageError } from './usage.ts';

/** The options of "run" that choose scenarios. */
export interface SelectionOptions {
  readonly area: readonly string[];
  readonly requirement: readonly string[];
  readonly grep?: string;
  readonly shard?: string;
}

/** What was chosen, for Playwright and for the report. */
export interface Chosen {
  readonly words: readonly string[];
  readonly selection: Selection;
}

/** Checks the options and translates them. */
export function choose(options: SelectionOptions): Chosen {
  const { area, requirement, grep, shard } = options;
  checkAreas(area);
  checkRequirements(requirement);
  checkPattern(grep);
  checkShard(shard);
  const pattern = patternOf(requirement, grep);
  const said = [
    ...area.map((name) => `area ${name}`),
    ...requirement.map((id) => `requirement ${id}`),
    ...(grep === undefined ? [] : [`pattern ${grep}`]),
  ];
  return {
    words: [
      ...area.map((name) => `/suites/${name}/`),
      ...(pattern === undefined ? [] : ['--grep', pattern]),
      ...(shard === undefined ? [] : [`--shard=${shard}`]),
    ],
    // The shard is added by the reporter, which learns it from Playwright.
    selection: {
      isFull: said.length === 0 && shard === undefined,
      words: said.length === 0 ? 'everything' : said.join(', '),
    },
  };
}

function patternOf(ids: readonly string[], grep: string | undefined): string | undefined {
  if (ids.length === 0) {
    return grep;
  }
  // Playwright matches the pattern against the title followed by the tags.
  const cites = `(?=.*@(?:${ids.join('|')})(?:\\s|$))`;
  return grep === undefined ? cites : `^${cites}(?=.*(?:${grep}))`;
}

function checkAreas(chosen: readonly string[]): void {
  const known = areas();
  for (const area of chosen.filter((name) => !known.includes(name))) {
    throw new UsageError(`Choosing area "${area}": the areas are ${named(known)}.`);
  }
}

function checkRequirements(chosen: readonly string[]): void {
  const known: readonly string[] = catalogue.requirements.map(({ id }) => id);
  for (const id of chosen.filter((name) => !known.includes(name))) {
    throw new UsageError(
      `Choosing requirement "${id}": the catalogue has none with that id. ` +
        'See the ids with "npx kuryr-conformance list".',
    );
  }
}

function checkPattern(grep: string | undefined): void {
  try {
    new RegExp(grep ?? '');
  } catch (error) {
    throw new UsageError(
      `Reading --grep: ${(error as Error).message}. Write a regular expression.`,
    );
  }
}

function checkShard(shard: string | undefined): void {
  const [, index = '0', total = '0'] = /^(\d+)\/(\d+)$/.exec(shard ?? '1/1') ?? [];
  if (Number(index) < 1 || Number(index) > Number(total)) {
    throw new UsageError(`Reading --shard: found "${shard ?? ''}". Write i/n, such as 1/3.`);
  }
}
