/**
 * From outcomes to verdicts: one test per line of the verdict policy.
 */
import { expect, test } from '@playwright/test';
import { journal, outcome, row, scenario } from './testing.ts';
import { exitStatusOf, judgeRequirement, judgeRun, judgeScenario } from './verdict.ts';

const plan = scenario('s1', 'POD-01');
const known = { type: 'known-failure', description: 'POD-01: see the tracker (https://x.test/1)' };
const unmet = { errors: ['Error: GET / did not settle.'], hasFailedExpectation: true };

test.describe('the verdict on a scenario', () => {
  const cases = [
    { name: 'a pass', made: outcome('s1', 'passed'), verdict: 'passed' },
    { name: 'an unmet expectation', made: outcome('s1', 'failed', unmet), verdict: 'failed' },
    {
      name: 'a leak',
      made: outcome('s1', 'failed', { errors: ['LeakError: port 1 is left.'] }),
      verdict: 'failed',
    },
    {
      name: 'a pod that Kuryr leaves without a network',
      made: outcome('s1', 'failed', { errors: ['PodNotReadyError: pod a/b was not ready.'] }),
      verdict: 'failed',
    },
    {
      name: 'stack trouble inside an expectation',
      made: outcome('s1', 'failed', {
        errors: ['StackError: Reading a port: found a closed connection.'],
        hasFailedExpectation: true,
      }),
      verdict: 'inconclusive',
    },
    {
      name: 'stack trouble as a cause',
      made: outcome('s1', 'failed', {
        errors: ['Error: no pod', '  caused by ProbeError: the channel closed'],
        hasFailedExpectation: true,
      }),
      verdict: 'inconclusive',
    },
    {
      name: 'a mistake in the scenario',
      made: outcome('s1', 'failed', { errors: ['TypeError: x is not a function'] }),
      verdict: 'inconclusive',
    },
    { name: 'a scenario that hung', made: outcome('s1', 'timedOut'), verdict: 'inconclusive' },
    { name: 'an interruption', made: outcome('s1', 'interrupted'), verdict: 'not-run' },
    { name: 'a skip without a decision', made: outcome('s1', 'skipped'), verdict: 'not-run' },
    {
      name: 'a skip by applicability',
      made: outcome('s1', 'skipped', {
        annotations: [{ type: 'not-applicable', description: 'POD-01: no claim' }],
      }),
      verdict: 'not-applicable',
    },
    {
      name: 'a known failure that fails',
      made: outcome('s1', 'failed', { ...unmet, annotations: [known] }),
      verdict: 'known-failure',
    },
    {
      name: 'a known failure that passes',
      made: outcome('s1', 'passed', { annotations: [known] }),
      verdict: 'failed',
    },
    {
      name: 'a known failure lost in stack trouble',
      made: outcome('s1', 'failed', { errors: ['StackError: gone'], annotations: [known] }),
      verdict: 'inconclusive',
    },
    { name: 'no outcome at all', made: undefined, verdict: 'not-run' },
  ] as const;

  for (const { name, made, verdict } of cases) {
    test(`calls ${name} ${verdict}`, () => {
      expect(judgeScenario(plan, made).verdict).toBe(verdict);
    });
  }

  test('asks for the removal of a known failure that passes', () => {
    expect(judgeScenario(plan, outcome('s1', 'passed', { annotations: [known] })).message).toBe(
      'It passes, but is listed as a known failure: remove the entry (POD-01: see the tracker (https://x.test/1)).',
    );
  });
});

test.describe('the verdict on a requirement', () => {
  test('is the severest of its scenarios', () => {
    const judged = judgeRequirement(row('POD-01'), [
      judgeScenario(plan, outcome('s1', 'passed')),
      judgeScenario(scenario('s2', 'POD-01'), outcome('s2', 'failed', unmet)),
      judgeScenario(scenario('s3', 'POD-02'), outcome('s3', 'timedOut')),
    ]);

    expect(judged).toMatchObject({ verdict: 'failed', message: 'Error: GET / did not settle.' });
    expect(judged.scenarios).toHaveLength(2);
  });

  test('is not run when no scenario covers it, with the reason of its row', () => {
    expect(judgeRequirement(row('POD-01', { uncovered: 'needs two clouds' }), [])).toMatchObject({
      verdict: 'not-run',
      message: 'needs two clouds',
    });
  });

  test('does not become not applicable because a neighbour in its scenario is', () => {
    const both = scenario('s1', 'POD-01', 'LB-01');
    const skipped = judgeScenario(
      both,
      outcome('s1', 'skipped', {
        annotations: [{ type: 'not-applicable', description: 'LB-01: no claim' }],
      }),
    );

    expect(judgeRequirement(row('POD-01'), [skipped]).verdict).toBe('not-run');
    expect(judgeRequirement(row('LB-01', { notApplicable: 'no claim' }), [skipped]).verdict).toBe(
      'not-applicable',
    );
  });

  test('is not hidden by the known failure of a neighbour', () => {
    const both = scenario('s1', 'POD-01', 'POD-02');
    const judged = judgeScenario(both, outcome('s1', 'failed', { ...unmet, annotations: [known] }));

    expect(judgeRequirement(row('POD-01'), [judged]).verdict).toBe('known-failure');
    expect(judgeRequirement(row('POD-02'), [judged]).verdict).toBe('inconclusive');
    expect(
      judgeRequirement(row('POD-02'), [
        judged,
        judgeScenario(scenario('s2', 'POD-02'), outcome('s2', 'passed')),
      ]).verdict,
    ).toBe('passed');
  });

  test('says that a documented limitation is gone', () => {
    const judged = judgeRequirement(row('POD-01', { kind: 'limitation' }), [
      judgeScenario(plan, outcome('s1', 'failed', unmet)),
    ]);

    expect(judged.verdict).toBe('failed');
    expect(judged.message).toContain('limitation gone');
  });
});

test.describe('the verdict on a run', () => {
  const passed = [outcome('s1', 'passed')];
  const base = { requirements: [row('POD-01')], scenarios: [plan], outcomes: passed };

  const cases = [
    { name: 'every MUST passed', made: base, verdict: 'conformant', status: 0 },
    {
      name: 'a failed MUST',
      made: { ...base, outcomes: [outcome('s1', 'failed', unmet)] },
      verdict: 'not-conformant',
      status: 1,
    },
    {
      name: 'a failed SHOULD',
      made: {
        ...base,
        requirements: [row('POD-01', { level: 'should' })],
        outcomes: [outcome('s1', 'failed', unmet)],
      },
      verdict: 'conformant',
      status: 0,
    },
    {
      name: 'an inconclusive MUST',
      made: { ...base, outcomes: [outcome('s1', 'timedOut')] },
      verdict: 'inconclusive',
      status: 2,
    },
    {
      name: 'a MUST without a scenario',
      made: { ...base, requirements: [row('POD-01'), row('POD-02')] },
      verdict: 'inconclusive',
      status: 2,
    },
    {
      name: 'a MUST that says why nothing covers it',
      made: {
        ...base,
        requirements: [row('POD-01'), row('POD-02', { uncovered: 'needs a fault' })],
      },
      verdict: 'conformant',
      status: 0,
    },
    {
      name: 'a selection without failures',
      made: { ...base, requirements: [row('POD-01'), row('POD-02')], isFull: false },
      verdict: 'partial',
      status: 0,
    },
    {
      name: 'a missing outcome',
      made: { ...base, outcomes: [] },
      verdict: 'incomplete',
      status: 2,
    },
    { name: 'a killed run', made: { ...base, end: undefined }, verdict: 'incomplete', status: 2 },
    {
      name: 'an interrupted run',
      made: { ...base, end: 'interrupted' },
      verdict: 'incomplete',
      status: 2,
    },
    {
      name: 'trouble outside any scenario',
      made: { ...base, troubles: ['Error: cannot load'] },
      verdict: 'incomplete',
      status: 2,
    },
    {
      name: 'an empty plan',
      made: { ...base, scenarios: [], outcomes: [] },
      verdict: 'incomplete',
      status: 2,
    },
  ];

  for (const { name, made, verdict, status } of cases) {
    test(`is ${verdict} after ${name}`, () => {
      const judged = judgeRun(journal(made));

      expect(judged.verdict).toBe(verdict);
      expect(exitStatusOf(judged.verdict)).toBe(status);
    });
  }

  test('names what no scenario covers', () => {
    const requirements = [row('POD-01'), row('POD-02', { uncovered: 'needs a fault' })];

    expect(judgeRun(journal({ ...base, requirements })).reasons).toEqual([
      'Every MUST is passed, known or not applicable.',
      'Without a scenario: POD-02.',
    ]);
  });
});
