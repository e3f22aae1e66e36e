/**
 * The reporter in real runs: what is in the journal after a good run, after failures of every kind,
 * and after a kill in the middle.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { type InlineOptions, test } from '../helpers/fixtures/runner.ts';
import { readJournal } from './journal.ts';
import { report } from './report.ts';
import { row, runRecord } from './testing.ts';

const reporter = fileURLToPath(new URL('reporter.ts', import.meta.url));
const rows = ['A-01', 'A-02', 'A-03', 'A-04'].map((id) => row(id));

const options: InlineOptions = {
  config: `reporter: [['json', { outputFile: 'counters.json' }], [${JSON.stringify(reporter)}, {
    outDir: new URL('out', import.meta.url).pathname, runId: 'run-1', project: 'kuryr-conformance 0.1.0',
    profile: ${JSON.stringify(runRecord([]).profile)},
    selection: { isFull: true, words: 'everything' },
    requirements: ${JSON.stringify(rows)},
    redact: (text) => text.replaceAll('s3cret', '[redacted]'), citation: 'requirement' }]],`,
};

const head = `
  import { test } from '@playwright/test';
  import { expect, progress, reading } from '#helpers';
  const budget = { name: 'dataplane', withinMs: 60, everyMs: 10, consecutive: 2 };
  const cites = (id) => ({ tag: '@' + id, annotation: { type: 'requirement', description: id } });
`;

test('journals every kind of outcome, and the reports follow from it', async ({ runInline }) => {
  const run = await runInline(
    {
      'all.spec.ts': `${head}
        import { StackError } from '#env';
        test.describe('a thing', () => {
          test('works', cites('A-01'), async () => {
            progress('load balancer demo/echo: PENDING_CREATE for 41 s, token s3cret');
            await test.step('it is looked at', () => expect(1).toBe(1));
          });
          test('is not as promised', cites('A-02'), async ({}, testInfo) => {
            await testInfo.attach('../log of kuryr', { body: 'the s3cret is here', contentType: 'text/plain' });
            await expect(reading('GET /', async () => ({ status: 503 }))).toSettleOn({ status: 200 }, budget);
          });
          test('meets a broken stack', cites('A-03'), () => {
            throw new StackError('STACK_GONE', 'Reading a port: found a closed connection.');
          });
          test('meets one while it waits', cites('A-04'), () =>
            expect(reading('GET /', () => Promise.reject(new StackError('X', 'Reading: closed.'))))
              .toSettleOn(1, budget));
        });`,
    },
    options,
  );

  const document = report(join(run.folder, 'out'));

  expect(document.requirements.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
    'A-01 passed',
    'A-02 failed',
    'A-03 inconclusive',
    'A-04 inconclusive',
  ]);
  expect(document.verdict).toBe('not-conformant');
  expect(document.scenarios[0]).toMatchObject({
    title: 'a thing works',
    file: 'all.spec.ts',
    steps: [{ title: 'it is looked at', isFailed: false }],
  });
  expect(document.scenarios[1]?.message).toMatch(
    /GET \/ did not settle within 60 ms \(budget "dataplane", \d+ reads?\)\.\n {2}status: expected 200, last read 503/,
  );
  const [kept = ''] = document.scenarios[1]?.evidence ?? [];
  expect(kept).toMatch(/^evidence\/[\w-]+\/1-log-of-kuryr$/);
  expect(readFileSync(join(run.folder, 'out', kept), 'utf8')).toBe('the [redacted] is here');
  expect(readFileSync(join(run.folder, 'out', 'index.html'), 'utf8')).toContain(`href="${kept}"`);
  expect(run.output).toContain(
    'load balancer demo/echo: PENDING_CREATE for 41 s, token [redacted] (works)',
  );
  expect(run.output).not.toContain('::kuryr-conformance::');
  expect(run.output).toMatch(/passed +1\/4 +0\.\d s {2}a thing works/);
});

test('loses no outcome it has told when it is killed', async ({ runInline }) => {
  const run = await runInline(
    {
      'kill.spec.ts': `${head}
        test('is done', cites('A-01'), () => undefined);
        test('is under way', cites('A-02'), () => new Promise(() => {}));
        test('is still to come', cites('A-03'), () => undefined);`,
    },
    { ...options, interrupt: { text: 'is done', signal: 'SIGKILL' } },
  );
  const out = join(run.folder, 'out');

  expect(run.exitCode).toBeNull();
  expect([...readJournal(out).outcomes.values()].map(({ status }) => status)).toEqual(['passed']);
  expect(report(out)).toMatchObject({
    verdict: 'incomplete',
    plan: { planned: 3, withOutcome: 1, missing: ['is under way', 'is still to come'] },
  });
  expect(existsSync(join(out, 'index.html'))).toBe(true);
});

test('ends in good order when it is interrupted, and is incomplete', async ({ runInline }) => {
  const run = await runInline(
    {
      'stop.spec.ts': `${head}
        test('is done', cites('A-01'), () => undefined);
        test('is under way', cites('A-02'), async () => {
          progress('waiting for ever');
          await new Promise(() => {});
        });`,
    },
    { ...options, interrupt: { text: 'waiting for ever', signal: 'SIGINT' } },
  );

  const document = report(join(run.folder, 'out'));

  expect(document.verdict).toBe('incomplete');
  expect(document.reasons).toContain('The run was interrupted.');
  expect(document.scenarios.map(({ verdict }) => verdict)).toEqual(['passed', 'not-run']);
});
