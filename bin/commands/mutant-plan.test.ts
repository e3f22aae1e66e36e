/**
 * The mutants as they are written: each names what exists, and every MUST is named by one.
 */
import { expect, test } from '@playwright/test';
import { knownMutants, layers, loadProfile } from '#env';
import { catalogue } from '../../suites/requirements/index.ts';
import { chosenMutants } from './mutant-plan.ts';
import { redByItself } from './red-by-itself.ts';

test.describe('the mutants', () => {
  test('say what is wrong in one sentence each, and no two the same', async () => {
    const mutants = await knownMutants();
    const faults = mutants.map(({ fault }) => fault);

    expect(new Set(faults).size).toBe(faults.length);
    for (const { id, fault } of mutants) expect(fault, id).toMatch(/^[A-Z].*[^.]\.$/);
  });

  test('name requirements that exist, and a layer unless they are harmless', async () => {
    const ids: readonly string[] = catalogue.requirements.map(({ id }) => id);

    const choice = { only: [], patience: 1, sample: 1 };

    for (const { id, breaks, mayBreak = [], layer } of await chosenMutants(choice)) {
      // What stands for several, such as "POL-*", is spelled out.
      expect(ids, id).toEqual(expect.arrayContaining([...breaks, ...mayBreak]));
      expect(new Set(breaks).size, id).toBe(breaks.length);
      expect(layer === undefined, id).toBe(breaks.length === 0);
      expect(layers, id).toEqual(expect.arrayContaining([layer ?? []].flat()));
    }
  });

  test('leave no MUST out that a scenario covers, but those that are red without any', async () => {
    const named = new Set((await knownMutants()).flatMap(({ breaks }) => breaks));
    const silent = catalogue.requirements
      .filter((row) => row.level === 'must' && !('uncovered' in row))
      .filter(({ id }) => !named.has(id));

    expect(silent.map(({ id }) => id)).toEqual(redByItself);
  });

  test('count a MUST as red without any only where it is a known failure', async () => {
    for (const name of ['embedded', 'lab', 'lab-bare']) {
      const { knownFailures } = await loadProfile(name);

      expect(
        knownFailures.map(({ requirement }) => requirement),
        name,
      ).toEqual(expect.arrayContaining([...redByItself]));
    }
  });
});
