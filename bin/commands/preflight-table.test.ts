import { expect, test } from '@playwright/test';
import { type PreflightLine, preflightStatus, preflightTable } from './preflight-table.ts';

const line = { level: 'must', required: 'at least 2', found: '1' } as const;
const set = { command: 'openstack quota set', target: 'p-1' };
const met: PreflightLine = { ...line, requirement: 'A-01', name: 'one', verdict: 'met' };
const missing: PreflightLine = {
  ...line,
  ...{ requirement: 'A-02', name: 'two', verdict: 'not-met' },
  mend: { ...set, option: '--ports 2' },
};
const other: PreflightLine = {
  ...line,
  ...{ requirement: 'A-03', name: 'three', verdict: 'not-met' },
  mend: { ...set, option: '--subnets 2' },
};
const unknown: PreflightLine = {
  ...line,
  ...{ requirement: 'A-04', name: 'four', verdict: 'unknown', found: 'forbidden' },
};
const advised: PreflightLine = { ...missing, requirement: 'A-05', level: 'should' };
const unneeded: PreflightLine = {
  ...{ requirement: 'A-06', level: 'must', name: 'six', notApplicable: 'no claim' },
};

test.describe('the table of prerequisites', () => {
  test('shows every line, what mends it, and all of it at once', () => {
    expect(preflightTable([met, missing, other, unneeded]).split('\n')).toEqual([
      'verdict     requirement  what   required    found',
      'met         A-01         one    at least 2  1',
      'NOT MET     A-02         two    at least 2  1',
      '  mend: openstack quota set --ports 2 p-1',
      'NOT MET     A-03         three  at least 2  1',
      '  mend: openstack quota set --subnets 2 p-1',
      'not needed  A-06         six    -           no claim',
      '',
      'All of it at once:',
      '  openstack quota set --ports 2 --subnets 2 p-1',
      '',
      'Of 3 prerequisites 2 are not met and 0 could not be judged.',
    ]);
  });

  test('says so when everything is met, and what is only advised against', () => {
    const text = preflightTable([met, advised]);

    expect(text).toContain('advised against  A-05');
    expect(text).toContain('All 2 prerequisites that count are met.');
  });

  for (const [status, lines] of [
    [0, [met, unneeded]],
    [0, [met, advised]],
    [1, [met, missing]],
    [1, [missing, unknown]],
    [2, [met, unknown]],
  ] as const) {
    test(`ends with ${status} for ${lines.map(({ requirement }) => requirement).join(', ')}`, () => {
      expect(preflightStatus(lines)).toBe(status);
    });
  }
});
