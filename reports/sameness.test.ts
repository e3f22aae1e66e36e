import { expect, test } from '@playwright/test';
import type { Journal } from './journal.ts';
import type { Outcome } from './journal-schema.ts';
import { differencesBetween } from './sameness.ts';
import { journal, outcome, row, scenario } from './testing.ts';

const facts = {
  kubernetes: 'v1.28.15',
  nodes: [{ name: 'worker-1' }],
  openstackSeries: '2024.1',
  kuryrVersion: '10.0.0',
  standIns: [],
  components: { seed: 'kuryr' },
};

const steps = [{ title: 'each reaches the other', durationMs: 10, isFailed: false }];

function runWith(told: Partial<Outcome>, components = facts.components): Journal {
  const parts = {
    requirements: [row('A-1')],
    scenarios: [scenario('one', 'A-1'), scenario('two', 'A-1')],
    outcomes: [outcome('one', 'passed', { steps, ...told }), outcome('two', 'passed')],
  };
  return { ...journal(parts), facts: { ...facts, components } };
}

test.describe('the journals of two runs', () => {
  test('say the same, whatever their times, marks, addresses and order', () => {
    const [step] = steps;
    const error = (mark: string, address: string, reads: number): Partial<Outcome> => ({
      errors: [`kc-a-pod-${mark}/a (${address}) did not settle within 12000 ms (${reads} reads).`],
    });
    const one = runWith(error('00ff11', '10.20.0.7', 3));
    const two = runWith({
      ...error('22aa33', '10.20.1.9', 17),
      durationMs: 7,
      steps: [{ ...step, title: 'each reaches the other', durationMs: 99, isFailed: false }],
    });
    const turned = { ...two, outcomes: new Map([...two.outcomes].reverse()), endedAt: 'later' };

    expect(differencesBetween(one, turned)).toEqual([]);
  });

  test('say the same, whatever ids and moments their objects have', () => {
    const about = (id: string, at: string, address: string): Journal =>
      runWith({
        errors: [
          `router of subnet ${id}: last read { created_at: '${at}', ip: '${address}', id: '${id.slice(0, 9)}… (812 characters)`,
        ],
      });
    const one = about('4b65680c-a5e9-4854-afeb-a18aa2fb1871', '2026-11-30T19:11:17Z', '10.0.0.4');
    const other = about(
      '5c1ac278-c1ba-4668-9f31-3c1fad0bf4bc',
      '2026-11-30T19:12:45Z',
      '10.0.0.164',
    );

    expect(differencesBetween(one, other)).toEqual([]);
  });

  const changes: [what: string, other: Journal, about: string][] = [
    ['a status', runWith({ status: 'failed' }), 'scenario "scenario one"'],
    ['an error', runWith({ errors: ['Error: no'] }), 'scenario "scenario one"'],
    ['a step', runWith({ steps: [] }), 'scenario "scenario one"'],
    ['the seed', runWith({}, { seed: 'another' }), 'facts'],
    ['the end', { ...runWith({}), end: 'interrupted' }, 'end'],
    ['an outcome', { ...runWith({}), outcomes: new Map() }, 'scenario "scenario one"'],
  ];
  for (const [what, other, about] of changes) {
    test(`differ by ${what}`, () => {
      const lines = differencesBetween(runWith({}), other);

      expect(lines[0]).toContain(`${about}: one run has `);
    });
  }
});
