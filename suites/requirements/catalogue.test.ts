/**
 * The catalogue against the scenarios: every requirement is covered or says why not, every citation
 * exists, and every list of known failures names existing requirements.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { loadProfile, profileNames } from '#env';
import { defineCatalogue, requirementAnnotation, whyNotApplicable } from '#helpers';
import { parse } from 'yaml';
import { catalogue, covers } from './index.ts';

const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
const root = fileURLToPath(new URL('../../', import.meta.url));
const ids: readonly string[] = catalogue.requirements.map(({ id }) => id);

async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith(ending)).map((name) => join(root, folder, name));
}

/** A part of Playwright's listing. */
interface Listed {
  readonly suites?: readonly Listed[];
  readonly specs?: readonly {
    readonly tests: readonly {
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    }[];
  }[];
}

/** What each scenario cites. */
async function citations(): Promise<string[][]> {
  // Playwright's own listing is the honest source: it has what scenarios cite after all variants are made.
  const { stdout } = await promisify(execFile)(
    execPath,
    [playwright, 'test', '--list', '--project=conformance', '--reporter=json'],
    { cwd: root, maxBuffer: 64 * 2 ** 20 },
  ).catch((error: unknown) => {
    // Playwright says in its JSON which file it could not load.
    throw new Error(`Listing the scenarios failed:\n${(error as { stdout: string }).stdout}`);
  });
  return citedIn(JSON.parse(stdout) as Listed);
}

function citedIn({ suites = [], specs = [] }: Listed): string[][] {
  const own = specs.flatMap(({ tests }) =>
    tests.map(({ annotations }) =>
      annotations.flatMap(({ type, description }) =>
        type === requirementAnnotation && description !== undefined ? [description] : [],
      ),
    ),
  );
  return [...own, ...suites.flatMap(citedIn)];
}

/**
 * What applies to older releases of Kuryr and is not judged there, as its scenarios go on to what these
 * releases do not have. Runs with them say "not run" and are inconclusive; such scenarios are to be split.
 */
const removedLater = ['RES-CTRL-04', 'RES-API-04', 'RES-API-05'];
const withPolicies = ['RES-CTRL-01', 'RES-CTRL-02', 'RES-API-01'];
const owed: Readonly<Record<string, readonly string[]>> = {
  '0.4': [...removedLater, ...withPolicies],
  '0.5': [...removedLater, ...withPolicies, 'NS-DEL-01', 'RES-API-02'],
  '1.0': removedLater,
  '1.1': removedLater,
  '2.0': removedLater,
};

test.describe('the catalogue', () => {
  test('is covered by scenarios, or says why not', async () => {
    const cited = new Set((await citations()).flat());
    expect(cited.size, 'ids cited by scenarios').toBeGreaterThan(0);

    const silent = catalogue.requirements.filter(
      (row) => !cited.has(row.id) && !('uncovered' in row),
    );
    const outdated = catalogue.requirements.filter(
      (row) => cited.has(row.id) && 'uncovered' in row,
    );

    expect(
      silent.map(({ id }) => id),
      'neither covered nor marked "uncovered"',
    ).toEqual([]);
    expect(
      outdated.map(({ id }) => id),
      'covered, yet marked "uncovered"',
    ).toEqual([]);
  });

  test('has a scenario for what applies on every profile of the shelf, but for what it owes', async () => {
    const scenarios = await citations();
    const rows = new Map(catalogue.requirements.map((row) => [row.id as string, row]));
    for (const name of profileNames()) {
      const profile = await loadProfile(name);
      const applies = (id: string): boolean => {
        const row = rows.get(id);
        return row !== undefined && whyNotApplicable(row, profile) === undefined;
      };
      const judged = new Set(scenarios.filter((cited) => cited.every(applies)).flat());
      const left = catalogue.requirements
        .filter((row) => row.level === 'must' && !('uncovered' in row))
        .map(({ id }) => id)
        .filter((id) => applies(id) && !judged.has(id));

      expect(left.toSorted(), `applies to "${name}", and no scenario of it runs there`).toEqual(
        (owed[profile.kuryr.replace(/\.0$/, '')] ?? []).toSorted(),
      );
    }
  });

  test('holds every id that a list of known failures names', async () => {
    for (const file of await filesBelow('env/profiles', '.known-failures.yaml')) {
      const entries = parse(await readFile(file, 'utf8')) as { requirement: string }[];

      expect(ids, file).toEqual(expect.arrayContaining(entries.map((entry) => entry.requirement)));
    }
  });

  test('says where each requirement comes from, in one sentence each', () => {
    for (const { id, text, source } of catalogue.requirements) {
      expect(text, id).toMatch(/^[A-Z].*\.$/);
      expect(source.length, id).toBeGreaterThan(10);
    }
  });

  test('refuses an unknown id at compile time', () => {
    // @ts-expect-error: no requirement has this id.
    expect(covers('POD-PORT-99').tag).toEqual(['@POD-PORT-99']);
  });

  test('cites as tags and annotations', () => {
    expect(covers('POD-PORT-01', 'TRUNK-01')).toEqual({
      tag: ['@POD-PORT-01', '@TRUNK-01'],
      annotation: [
        { type: 'requirement', description: 'POD-PORT-01' },
        { type: 'requirement', description: 'TRUNK-01' },
      ],
    });
  });

  test('reports everything that is wrong with its rows at once', () => {
    const row = { level: 'must', text: 'A thing works.', source: 'a page', needs: [] } as const;

    expect(() =>
      defineCatalogue([
        { ...row, id: 'POD-01' },
        { ...row, id: 'POD-01', text: ' ' },
        { ...row, id: 'pod1', source: '' },
        { ...row, id: 'POD-02', uncovered: '' },
      ]),
    ).toThrow(
      [
        'Building the requirement catalogue: found 5 problem(s).',
        '  "POD-01" is used twice: give a new number',
        '  "POD-01" has no text: write the sentence',
        '  "pod1" is no id: write AREA-NN or AREA-SUB-NN',
        '  "pod1" has no source: cite a document or code',
        '  "POD-02" is uncovered without a reason',
      ].join('\n'),
    );
  });

  test('refuses a requirement that needs an unknown capability at compile time', () => {
    const row = { id: 'POD-01', level: 'must', text: 'A thing works.', source: 'a page' } as const;

    // @ts-expect-error: no capability has this name.
    expect(defineCatalogue([{ ...row, needs: ['lb.magic'] }]).requirements).toHaveLength(1);
  });
});
