/**
 * The command line as a user meets it: help, wrong words, exit statuses.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { choose } from './commands/selection.ts';

const program = fileURLToPath(new URL('kuryr-conformance.mjs', import.meta.url));

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

async function kuryrConformance(...words: string[]): Promise<Ended> {
  const child = spawn(execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, out, err };
}

test.describe('the command line', () => {
  test('offers exactly the commands that work', async () => {
    const { status, out } = await kuryrConformance('--help');

    expect(status).toBe(0);
    expect([...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)).toEqual([
      'run',
      'list',
      'explain',
      'preflight',
      'stack',
      'matrix',
      'mutants',
      'drill',
      'lab',
      'help',
    ]);
  });

  test('has help for every command', async () => {
    const commands = ['run', 'list', 'explain', 'preflight', 'stack', 'matrix', 'mutants', 'drill'];
    for (const command of [...commands, 'lab']) {
      const { status, out } = await kuryrConformance(command, '--help');

      expect(status, command).toBe(0);
      expect(out, command).toContain(`Usage: kuryr-conformance ${command}`);
    }
  });

  const wrong: [words: string[], said: RegExp][] = [
    [
      ['run', '--profile', 'nope'],
      /nope\.yaml": there is no such file\. .* known profiles are "embedded", "lab", "lab-bare" and the \d+ others of env\/profiles\/embedded/,
    ],
    [['preflight', '--profile', 'nope'], /nope\.yaml": there is no such file\./],
    [['preflight', '--frob'], /unknown option '--frob'/],
    [['stack', '--profile', 'lab'], /^Starting the stack of profile "lab": it is none that/],
    [['matrix', '--profile', 'lab'], /^Choosing profile "lab": the embedded profiles are "emb/],
    [['mutants', '--only', 'x-ray'], /^Choosing mutants by "x-ray": there is none\. /],
    [['mutants', '--at-once', 'many'], /Write a whole number from 1 to 32\./],
    [['drill'], /^Starting drills: no stack is chosen\. /],
    [['drill', '--only', 'flood'], /^Choosing drill "flood": the drills are "port-untagged", /],
    [['run', '--profile', 'lab', '--area', 'weather'], /^Choosing area "weather": the areas are /],
    [['run', '--profile', 'lab', '--requirement', 'X-1'], /^Choosing requirement "X-1": /],
    [['run', '--profile', 'lab', '--shard', '4/3'], /^Reading --shard: found "4\/3"\. Write i\/n/],
    [['run', '--profile', 'lab', '--grep', '('], /^Reading --grep: .*Write a regular expression/],
    [['run', '--frob'], /unknown option '--frob'[^]*Run it with --help/],
    [
      ['lab', 'up', '--pods', 'bare', '--nodes', '2'],
      /^Starting the lab with "--pods bare --nodes 2": a bare node is a hypervisor, /,
    ],
    [['lab', 'up', '--pods', 'both'], /Allowed choices are nested, bare/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['explain'], /missing required argument 'id'/],
    [['explain', 'POD-1'], /^Explaining "POD-1": .* Near it are POD-/],
  ];

  for (const [words, said] of wrong) {
    test(`refuses "${words.join(' ')}" with one message and status 64`, async () => {
      const { status, out, err } = await kuryrConformance(...words);

      expect(status).toBe(64);
      expect(err).toMatch(said);
      expect(err).not.toMatch(/^\s+at /m);
      expect(out).toBe('');
    });
  }

  test('refuses a profile file that is wrong, naming the file and every key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kc-cli-'));
    const file = join(folder, 'mine.yaml');
    await writeFile(file, 'name: mine\nstak: lab\n');

    const { status, err } = await kuryrConformance('run', '--profile', file);
    await rm(folder, { recursive: true });

    expect(status).toBe(64);
    expect(err).toContain(`${file}:2 stak: is not a known key`);
  });

  test('explains a requirement', async () => {
    const { status, out } = await kuryrConformance('explain', 'LB-OVN-02');

    expect(status).toBe(0);
    expect(out).toContain('LB-OVN-02 (must)\nWhere the ovn provider is in use, no amphora exists');
    expect(out).toContain('needs    cloud.admin: ');
  });

  test("says which sentence of the installer's page a requirement comes from", async () => {
    const { status, out } = await kuryrConformance('explain', 'PRE-TRUNK-01');

    expect(status).toBe(0);
    expect(out).toMatch(/^sentence PAGE-\d\d: pods are plugged in through trunks/m);
  });

  test("lists the sentences of the installer's page with what stands for each", async () => {
    const { status, out } = await kuryrConformance('list', '--trace');

    expect(status).toBe(0);
    expect(out).toMatch(/^PAGE-23 {2}1500 ports\n {9}by QUOTA-NET-04$/m);
    expect(out).toMatch(/^ {9}not testable: /m);
    expect(out).toMatch(/\n72 sentences, 65 with requirements, 7 not testable\.\n$/);
  });
});

test.describe('a selection', () => {
  const none = { area: [], requirement: [] };

  test('without options is everything', () => {
    expect(choose(none)).toEqual({ words: [], selection: { isFull: true, words: 'everything' } });
  });

  test('of requirements matches their tags and no longer ids', () => {
    const { words, selection } = choose({ ...none, requirement: ['POD-NET-01', 'DNS-VC-01'] });
    const pattern = new RegExp(words[1] ?? '');

    expect(selection).toEqual({
      isFull: false,
      words: 'requirement POD-NET-01, requirement DNS-VC-01',
    });
    expect(pattern.test('conformance a.spec.ts works @POD-NET-01 @X')).toBe(true);
    expect(pattern.test('conformance a.spec.ts works @X @DNS-VC-01')).toBe(true);
    expect(pattern.test('conformance a.spec.ts works @POD-NET-011')).toBe(false);
  });

  test('of a requirement and a pattern needs both', () => {
    const { words } = choose({ ...none, requirement: ['POD-NET-01'], grep: 'udp|tcp' });
    const pattern = new RegExp(words[1] ?? '');

    expect(pattern.test('conformance works over udp @POD-NET-01')).toBe(true);
    expect(pattern.test('conformance works @POD-NET-01')).toBe(false);
    expect(pattern.test('conformance works over udp @POD-NET-02')).toBe(false);
  });

  test('of a shard is not full', () => {
    expect(choose({ ...none, shard: '1/3' })).toMatchObject({
      words: ['--shard=1/3'],
      selection: { isFull: false },
    });
  });
});
