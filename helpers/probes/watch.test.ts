/**
 * What a series of samples says about a change.
 */
import { expect, test } from '@playwright/test';
import { ProbeError } from '#env';
import type { Observation, Verdict } from './probe.ts';
import { analyseChange, type Series } from './watch.ts';

const signs: Readonly<Record<string, Verdict>> = { o: 'open', '.': 'dropped', '!': 'not-run' };

/** Draws a series with a sample every 100 ms. */
function series(drawing: string): Series {
  const samples = Array.from(drawing, (sign, index): Observation => ({
    verdict: signs[sign] ?? 'wrong-answer',
    at: index * 100,
    ...{ latencyMs: 20, vantage: 'pod demo/a', target: '10.0.0.2:8080/TCP' },
  }));
  return { vantage: 'pod demo/a', target: '10.0.0.2:8080/TCP', everyMs: 100, samples };
}

const isBlocked = ({ verdict }: Observation) => verdict === 'dropped' || verdict === 'rejected';
const isOpen = ({ verdict }: Observation) => verdict === 'open';

test.describe('the analysis of a change', () => {
  test('finds the first right sample, the stable rest and the leak', () => {
    expect(analyseChange(series('ooooooo.o.....'), { at: 350, isCorrect: isBlocked })).toEqual({
      firstCorrectMs: 350,
      stableMs: 550,
      leakMs: 450,
      relapses: 1,
      samplesBefore: 4,
      correctBefore: 0,
      samplesAfter: 10,
      notRun: 0,
      longestGapMs: 100,
    });
  });

  test('finds no leak when the change was there at once', () => {
    expect(analyseChange(series('....oooo'), { at: 400, isCorrect: isOpen })).toMatchObject({
      ...{ firstCorrectMs: 0, stableMs: 0, leakMs: 0, relapses: 0 },
    });
  });

  test('finds nothing stable when the last sample is wrong', () => {
    expect(analyseChange(series('oo...o'), { at: 200, isCorrect: isBlocked })).toMatchObject({
      ...{ firstCorrectMs: 0, stableMs: undefined, leakMs: 300, relapses: 1 },
    });
    expect(analyseChange(series('oooooo'), { at: 200, isCorrect: isBlocked })).toMatchObject({
      ...{ firstCorrectMs: undefined, stableMs: undefined, leakMs: 300 },
    });
  });

  test('leaves out samples that could not be taken, and shows the gap', () => {
    expect(analyseChange(series('oo!!!.!.'), { at: 150, isCorrect: isBlocked })).toMatchObject({
      ...{ samplesBefore: 2, samplesAfter: 2, notRun: 4, longestGapMs: 350 },
    });
  });

  test('leaves out samples that were under way at the change', () => {
    expect(analyseChange(series('oo.....'), { at: 210, isCorrect: isBlocked })).toMatchObject({
      ...{ samplesBefore: 2, correctBefore: 0, samplesAfter: 4, firstCorrectMs: 90, leakMs: 0 },
    });
  });

  test('refuses a series without samples on both sides', () => {
    for (const [drawing, at] of [
      ['oooo', 0],
      ['oooo', 900],
      ['!!!!....', 250],
    ] as const) {
      expect(() => analyseChange(series(drawing), { at, isCorrect: isBlocked })).toThrow(
        ProbeError,
      );
    }
  });
});
