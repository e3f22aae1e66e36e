/**
 * The list of drills, and how what was seen is judged.
 */
import { expect, test } from '@playwright/test';
import { layers } from './drill.ts';
import { drills } from './drills.ts';
import { judge, type Look } from './practice.ts';

test.describe('the drills', () => {
  test('are at least twenty, each under a name of its own', () => {
    const ids = drills.map(({ id }) => id);

    expect(ids.length).toBeGreaterThanOrEqual(20);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, says } of drills) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect(says, id).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('break every link of the chain', () => {
    const broken = new Set(drills.map(({ layer }) => layer));

    expect(layers.filter((layer) => !broken.has(layer))).toEqual([]);
  });
});

test.describe('a drill', () => {
  const drill = drills.find(({ id }) => id === 'member-removed') ?? drills[0];
  if (drill === undefined) throw new Error('There is no drill.');
  const green: Look = { verdict: 'passed', message: '' };
  const red: Look = { verdict: 'failed', message: "  members: expected ['a'], last read []" };
  const deeds = ['deleted a member'];

  const seen = [
    { what: 'caught', during: red, after: green, deeds },
    { what: 'missed', during: green, after: green, deeds },
    { what: 'misexplained', during: { ...red, message: 'it is raining' }, after: green, deeds },
    { what: 'not-healed', during: red, after: red, deeds },
    { what: 'inconclusive', during: { ...red, verdict: 'inconclusive' }, after: green, deeds },
    // Somebody has ended the run before the last look.
    { what: 'inconclusive', during: red, after: { ...green, verdict: 'not-run' }, deeds },
    // A red that no fault has caused proves nothing.
    { what: 'inconclusive', during: red, after: green, deeds: [] },
  ] as const;

  for (const { what, ...looks } of seen) {
    test(`is ${what} with ${looks.deeds.length} deed(s) and the looks ${looks.during.verdict}, ${looks.after.verdict}, "${looks.during.message}"`, () => {
      expect(judge(drill, looks).verdict).toBe(what);
    });
  }

  test('that found nothing to break says what kept it from it', () => {
    expect(judge(drill, { during: red, after: green, deeds: [], trouble: 'no answer' })).toEqual({
      verdict: 'inconclusive',
      message: 'The fault found nothing to break. The last look said: no answer',
    });
  });
});
