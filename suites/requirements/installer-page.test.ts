/**
 * The trace of the installer's page and of the suite that came before this one: nothing that they say is
 * left without a requirement, or a reason.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import type { Requirement } from '#helpers';
import { catalogue } from './index.ts';
import { pageLength, pageSentences } from './installer-page.ts';

const rows: readonly Requirement[] = catalogue.requirements;

/** The ids that the catalogue lacks. */
function unknownOf(ids: readonly string[]): string[] {
  return ids.filter((id) => !rows.some((row) => row.id === id));
}

test.describe("the installer's page", () => {
  test('is traced as a whole', () => {
    expect(pageSentences).toHaveLength(pageLength);
    expect(pageSentences.at(-1)?.id).toBe(`PAGE-${pageLength}`);
  });

  for (const { id, gist, by, untestable } of pageSentences) {
    test(`${id} has requirements, or a reason why not: ${gist}`, () => {
      expect(unknownOf(by), 'ids that the catalogue lacks').toEqual([]);
      const covered = by.filter((one) =>
        rows.some((row) => row.id === one && row.uncovered === undefined),
      );

      expect(covered.length > 0, 'a requirement with a scenario, or a reason, and not both').toBe(
        untestable === undefined,
      );
      expect(untestable ?? 'a reason').not.toBe('');
    });
  }
});

test('every scenario of the predecessor has a requirement', async () => {
  const page = new URL('../../docs/predecessor.md', import.meta.url);
  const lines = (await readFile(page, 'utf8')).split('\n');
  const cells = lines
    .filter((line) => line.startsWith('| `test_'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  expect(cells).toHaveLength(49);
  for (const [, name = '', , cited = ''] of cells) {
    const ids = [...cited.matchAll(/[A-Z]+(?:-[A-Z]+)*-\d{2}/g)].map(([id]) => id);

    expect(ids.length, name).toBeGreaterThan(0);
    expect(unknownOf(ids), `ids at ${name} that the catalogue lacks`).toEqual([]);
  }
});
