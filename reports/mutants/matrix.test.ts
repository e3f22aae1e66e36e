/**
 * The kill matrix: what counts as killed, as a wrong red and as a fault of the run.
 */
import { expect, test } from '@playwright/test';
import { matrixOf, matrixSchema } from './matrix.ts';
import type { Meeting } from './meeting.ts';
import { matrixPageOf } from './page.ts';
import type { MutantPlan, PlannedMutant } from './plan.ts';
import { matrixSummaryOf } from './summary.ts';

const mutant: PlannedMutant = {
  ...{ id: 'ovn/a', fault: 'A thing is wrong.', base: 'ovn', isEverywhere: false },
  ...{
    breaks: ['SVC-01'],
    mayBreak: ['SVC-02'],
    layers: ['pool'],
    profile: 'p',
    files: ['f'],
    meets: 1,
    pattern: 'x',
  },
};
const harmless: PlannedMutant = { ...mutant, id: 'harmless/b', breaks: [], mayBreak: [] };
const plan = (...mutants: PlannedMutant[]): MutantPlan => ({
  ...{ cages: [], mutants, musts: ['SVC-01'], redByItself: ['SVC-03'], isFull: true },
});
const meeting = (over: Partial<Meeting>): Meeting => ({
  ...{ mutant: 'ovn/a', scenario: 'a Service works', requirements: ['SVC-01'], message: '' },
  ...{ result: 'red', durationMs: 5, layer: 'pool', sentence: 'The pool is gone.', ...over },
});
const times = { startedAt: '2026-11-24T10:00:00Z', durationMs: 90_000, repeated: [] };
const matrix = (meetings: readonly Meeting[], ...mutants: PlannedMutant[]) =>
  matrixOf(plan(...(mutants.length === 0 ? [mutant] : mutants)), meetings, times);

test.describe('the kill matrix', () => {
  test('counts a mutant as killed when all that it names is red and nothing else', () => {
    const made = matrix([meeting({}), meeting({ requirements: ['POD-01'], result: 'green' })]);

    expect(matrixSchema.parse(made)).toEqual(made);
    expect(made.problems).toEqual([]);
    expect(made.mutants[0]).toMatchObject({ verdict: 'killed', isLayerRight: true, dragged: [] });
    expect(made.musts).toEqual([{ id: 'SVC-01', killers: ['ovn/a'] }]);
    expect(made.figures).toMatchObject({ mutants: 1, killed: 1, layersNamed: 1, layersRight: 1 });
  });

  test('finds a survivor, a wrong red, what was not judged, and a MUST without a killer', () => {
    const made = matrix([
      meeting({ result: 'green' }),
      meeting({ requirements: ['POD-01'], message: 'Error: lost' }),
      meeting({ requirements: ['POD-02'], result: 'undecided', message: 'StackError: gone' }),
    ]);

    expect(made.problems).toEqual([
      'ovn/a: survives: SVC-01 stay green',
      'ovn/a: wrong red: a Service works: Error: lost',
      'ovn/a: not judged: a Service works: StackError: gone',
      'MUST without a mutant: SVC-01',
    ]);
    expect(made.mutants[0]?.verdict).toBe('faulty');
  });

  test('says which MUSTs are red without any mutant', () => {
    const made = matrix([meeting({})]);

    expect(matrixSummaryOf(made, '/out')).toContain(
      '1 of 1 have a killer; red without any mutant: SVC-03',
    );
    expect(matrixPageOf(made)).toContain('<tr><th>SVC-03</th><td>red on every stack');
  });

  test('allows what may break too, and notes what was dragged along', () => {
    const made = matrix([
      meeting({ requirements: ['SVC-01', 'SVC-09'] }),
      meeting({ requirements: ['SVC-02'], layer: 'port' }),
    ]);

    expect(made.problems).toEqual([]);
    expect(made.mutants[0]).toMatchObject({ isLayerRight: true, dragged: ['SVC-02', 'SVC-09'] });
  });

  test('says when the diagnosis names another layer, or none', () => {
    for (const layer of ['port', undefined]) {
      const { layer: standing, ...rest } = meeting({});
      expect(standing).toBe('pool');
      const made = matrix([layer === undefined ? rest : { ...rest, layer }]);

      expect(made.mutants[0]?.isLayerRight).toBe(false);
      expect(matrixSummaryOf(made, '/out')).toContain(`ovn/a: is pool, said ${layer ?? 'none'}`);
    }
  });

  test('wants a harmless mutant to be met and to change nothing', () => {
    const green = meeting({ mutant: 'harmless/b', result: 'green' });
    const all = [meeting({}), green];

    expect(matrix(all, mutant, harmless).mutants[1]?.verdict).toBe('harmless');
    expect(matrix([meeting({})], mutant, harmless).problems).toEqual([
      'harmless/b: no scenario has met it',
    ]);
    expect(matrix([meeting({}), { ...green, result: 'red' }], mutant, harmless).problems).toEqual([
      'harmless/b: wrong red: a Service works: ',
    ]);
  });

  test('becomes a page in which nothing of a cluster is markup', () => {
    const page = matrixPageOf(matrix([meeting({ sentence: '<b>pool</b>' })]));

    expect(page).toContain('&lt;b&gt;pool&lt;/b&gt;');
    expect(page).toContain('1 of 1 mutants killed');
  });
});
