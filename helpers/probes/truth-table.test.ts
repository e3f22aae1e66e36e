/**
 * What a table says about a difference, and when it refuses to say anything.
 */
import { expect, test } from '@playwright/test';
import { ProbeError } from '#env';
import { differencesOf } from '../expect/differences.ts';
import type { Verdict } from './probe.ts';
import { expectedTable, type TablePod, TruthTable } from './truth-table.ts';

const pods: readonly TablePod[] = [
  { namespace: 'demo', name: 'a', ip: '10.0.0.1' },
  { namespace: 'demo', name: 'b', ip: '10.0.0.2' },
  { namespace: 'other', name: 'c', ip: '10.0.1.3' },
];
const target = { protocol: 'TCP', port: 8080 } as const;

function tableOf(rows: readonly (readonly Verdict[])[]): TruthTable {
  const cells = pods.flatMap((from, row) =>
    pods.map((to, column) => ({
      from,
      to,
      observation: {
        verdict: rows[row]?.[column] ?? 'not-run',
        ...{ at: 0, latencyMs: 1, vantage: from.name, target: to.ip },
      },
    })),
  );
  return new TruthTable({ ...target, cells, elapsedMs: 1_020 });
}

const isolated = tableOf([
  ['open', 'dropped', 'dropped'],
  ['open', 'open', 'rejected'],
  ['dropped', 'wrong-answer', 'open'],
]);

test.describe('a truth table', () => {
  test('matches when every cell is as expected', () => {
    const comparison = isolated.compare((from, to) => {
      const isOpen = from === to || (from.name === 'b' && to.name === 'a');
      return from.name === 'c' && to.name === 'b' ? 'open' : isOpen ? 'open' : 'blocked';
    });

    expect(comparison.mismatches).toEqual([
      'other/c (10.0.1.3) -> demo/b (10.0.0.2:8080/TCP): expected open, saw wrong-answer',
    ]);
    expect(comparison.counts).toEqual({
      ...{ open: 4, dropped: 3, rejected: 1 },
      ...{ 'wrong-answer': 1, 'not-run': 0 },
    });
    expect(isolated.compare(() => 'open').matches).toBe(false);
  });

  test('names each cell that differs, and tells dropped from rejected when asked to', () => {
    const { mismatches } = isolated.compare((from, to) => (from === to ? 'open' : 'dropped'));

    expect(mismatches).toEqual([
      'demo/b (10.0.0.2) -> demo/a (10.0.0.1:8080/TCP): expected dropped, saw open',
      'demo/b (10.0.0.2) -> other/c (10.0.1.3:8080/TCP): expected dropped, saw rejected',
      'other/c (10.0.1.3) -> demo/b (10.0.0.2:8080/TCP): expected dropped, saw wrong-answer',
    ]);
  });

  test('reads as a drawing', () => {
    expect(isolated.toString()).toBe(
      'TCP port 8080, 9 cells in 1020 ms: 4 open (o), 3 dropped (.), 1 rejected (x), 1 wrong-answer (?), 0 not-run (!)\n' +
        ' 1 demo/a   o . .\n 2 demo/b   o o x\n 3 other/c  . ? o',
    );
  });

  for (const [what, rows] of [
    ['no pod reaches anything', pods.map(() => pods.map(() => 'dropped' as const))],
    [
      'a pod reaches nothing',
      [
        ['dropped', 'dropped', 'dropped'],
        ['open', 'open', 'open'],
        ['open', 'open', 'open'],
      ],
    ],
    [
      'a pod answers nobody',
      [
        ['rejected', 'open', 'open'],
        ['rejected', 'open', 'open'],
        ['rejected', 'open', 'open'],
      ],
    ],
  ] as const) {
    test(`proves nothing when ${what}`, () => {
      const compare = () => tableOf(rows).compare(() => 'blocked');

      expect(compare).toThrow(ProbeError);
      expect(compare).toThrow('without a live control');
      expect(() => tableOf(rows).verdicts()).toThrow(ProbeError);
    });
  }

  test('proves nothing when a cell could not be probed', () => {
    const table = tableOf([
      ['open', 'open', 'open'],
      ['open', 'open', 'open'],
      ['open', 'open', 'not-run'],
    ]);

    expect(() => table.compare(() => 'open')).toThrow(
      '1 of 9 cells could not be probed.\n  other/c (10.0.1.3) -> other/c (10.0.1.3:8080/TCP): not-run',
    );
  });

  test('is compared field by field with an expected table', () => {
    const expected = expectedTable(pods, target, (from, to) => (from === to ? 'open' : 'blocked'));

    expect(Object.keys(expected)).toEqual(Object.keys(isolated.verdicts()));
    expect(differencesOf(expected, isolated.verdicts())).toEqual([
      {
        path: 'demo/b (10.0.0.2) -> demo/a (10.0.0.1:8080/TCP)',
        expected: 'blocked',
        actual: "'open'",
      },
      {
        path: 'other/c (10.0.1.3) -> demo/b (10.0.0.2:8080/TCP)',
        expected: 'blocked',
        actual: "'wrong-answer'",
      },
    ]);
  });
});
