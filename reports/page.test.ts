/**
 * The page, the summary and the document of a run: what they say, and that no text from a cluster or a
 * cloud becomes markup.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { conformanceSchema, documentOf } from './document.ts';
import { escapeHtml, markup } from './html.ts';
import { JournalWriter } from './journal.ts';
import { pageOf } from './page.ts';
import { linkLatest, report } from './report.ts';
import { duration, summaryOf } from './summary.ts';
import { journal, outcome, row, runRecord, scenario } from './testing.ts';

const evil = `<script>alert("x")</script><img src=x onerror='y'>&amp;`;

const sample = journal({
  requirements: [row('POD-01', { text: evil, source: evil }), row('POD-02')],
  scenarios: [{ ...scenario('s1', 'POD-01'), title: evil }, scenario('s2', 'POD-02')],
  outcomes: [
    outcome('s1', 'failed', {
      errors: [`Error: ${evil}\nsecond line`],
      hasFailedExpectation: true,
      steps: [{ title: evil, durationMs: 10, isFailed: true }],
    }),
    outcome('s2', 'passed'),
  ],
});

test.describe('the page of a run', () => {
  test('escapes every text that comes from outside', () => {
    const page = pageOf(documentOf(sample));

    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).toContain(escapeHtml(evil));
    expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(5);
  });

  test('needs nothing from outside itself', () => {
    expect(pageOf(documentOf(sample))).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  test('shows verdict, profile, requirements with source, and messages', () => {
    const page = pageOf(documentOf(sample));

    for (const text of ['not-conformant', 'sample', 'POD-02', 'Sentence POD-02.', 'a document']) {
      expect(page).toContain(text);
    }
    expect(page).toContain('second line');
  });

  test('shows declared stand-ins', () => {
    const facts = {
      kubernetes: 'v1.20.2',
      nodes: [{ name: 'n1' }],
      openstackSeries: 'zed',
      kuryrVersion: '10.0.0',
      standIns: ['VLAN demultiplexer instead of 8021q'],
      components: { ovn: '22.09' },
    };

    expect(pageOf(documentOf({ ...sample, facts }))).toContain(
      'VLAN demultiplexer instead of 8021q',
    );
  });
});

test.describe('markup', () => {
  test('escapes texts and numbers, and keeps markup as it is', () => {
    const inner = markup`<b>${'<'}</b>`;

    expect(markup`<p title="${'"'}">${inner}${[inner]}${7}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;</b><b>&lt;</b>7</p>',
    );
  });
});

test.describe('the document of a run', () => {
  test('satisfies its own schema', () => {
    expect(conformanceSchema.parse(documentOf(sample))).toEqual(documentOf(sample));
  });

  test('has the published JSON schema', () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL('schema/conformance-1.json', import.meta.url), 'utf8'),
    );

    expect(published).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(conformanceSchema))));
  });

  test('lists planned scenarios that left no outcome', () => {
    const document = documentOf(
      journal({
        requirements: [row('POD-01')],
        scenarios: [scenario('s1', 'POD-01'), scenario('s2', 'POD-01')],
        outcomes: [outcome('s1', 'passed')],
      }),
    );

    expect(document.verdict).toBe('incomplete');
    expect(document.plan).toEqual({ planned: 2, withOutcome: 1, missing: ['scenario s2'] });
  });
});

test.describe('the summary of a run', () => {
  test('has at most ten lines and names what failed', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const many = journal({
      requirements: ids.map((id) => row(`POD-${id}`)),
      scenarios: ids.map((id) => scenario(id, `POD-${id}`)),
      outcomes: ids.map((id) =>
        outcome(id, 'failed', { errors: ['Error: broken\nmore'], hasFailedExpectation: true }),
      ),
    });

    const lines = summaryOf(documentOf(many), '/somewhere/out').split('\n');

    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines[0]).toMatch(/^verdict {7}not-conformant: MUST not met: POD-a/);
    expect(lines).toContain('failed        scenario a: Error: broken');
    expect(lines).toContain('              and 3 more: see index.html');
    expect(lines.at(-1)).toBe('reports       /somewhere/out');
  });

  test('says time spans the way people do', () => {
    expect([400, 12_400, 125_000].map(duration)).toEqual(['0.4 s', '12 s', '2 min 5 s']);
  });
});

test.describe('report', () => {
  let folder: string;
  test.beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kc-report-'));
  });
  test.afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('makes the same files from the same journal again and again', () => {
    const out = join(folder, 'run-1');
    const writer = new JournalWriter(out);
    writer.write(runRecord([row('POD-01')]));
    writer.write({ type: 'plan', scenarios: [scenario('s1', 'POD-01')] });
    writer.write({ type: 'outcome', ...outcome('s1', 'passed') });
    writer.write({ type: 'end', status: 'passed' });
    writer.close();

    const first = report(out);
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    const second = report(out);

    expect(first.verdict).toBe('conformant');
    expect(second).toEqual(first);
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toBe(page);
    expect(JSON.parse(readFileSync(join(out, 'conformance.json'), 'utf8'))).toEqual(first);
  });

  test('moves the link "latest" to the newest run', () => {
    const link = join(folder, 'latest');
    for (const name of ['run-1', 'run-2']) {
      new JournalWriter(join(folder, name)).close();
      linkLatest(join(folder, name), link);
    }

    expect(readFileSync(join(link, 'journal.jsonl'), 'utf8')).toBe('');
    expect(() => new JournalWriter(link)).toThrow('EEXIST');
  });
});
