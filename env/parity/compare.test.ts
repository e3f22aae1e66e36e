/**
 * What counts as a difference between two recordings, what an accepted one is, and what a recording
 * does not hold.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Secret } from '../redaction.ts';
import { judge, readAccepted } from './accepted.ts';
import { differencesOf, lineOf } from './compare.ts';
import { Sanitiser } from './sanitising.ts';
import { type Chapter, readRecording, type Step, writeRecording } from './trace.ts';

const exchange = {
  step: 'a network',
  asked: 'neutron POST /v2.0/networks',
  status: 201,
  body: { network: { id: '<id>', mtu: 1442, tags: ['b', 'a'], shared: false, name: null } },
};
const states = { step: 'it settles', order: ['PENDING_CREATE', 'ACTIVE'] };
const verdict = { step: 'tcp', verdict: 'far' };
const steps: readonly Step[] = [exchange, states, verdict];

function recorded(...given: readonly Step[]): ReadonlyMap<string, Chapter> {
  return new Map([['neutron', { chapter: 'neutron', steps: [...given] }]]);
}

function linesFor(...given: readonly Step[]): string[] {
  return differencesOf(recorded(...steps), recorded(...given)).map(lineOf);
}

function withNetwork(network: object): Step {
  return { ...exchange, body: { network } };
}

test.describe('two recordings', () => {
  test('of the same answers do not differ, whatever the order of keys and lists', () => {
    const { network } = exchange.body;
    const turned = Object.fromEntries(Object.entries(network).reverse());

    expect(linesFor(withNetwork({ ...turned, tags: ['a', 'b'] }), states, verdict)).toEqual([]);
  });

  const { network } = exchange.body;
  const { mtu, ...withoutMtu } = network;
  const changed: [what: string, given: readonly Step[], said: string][] = [
    [
      'a status',
      [{ ...exchange, status: 200 }, states, verdict],
      'status: the lab has 201, here is 200',
    ],
    [
      'a missing key',
      [withNetwork(withoutMtu), states, verdict],
      `/network/mtu: the lab has ${mtu}, here is nothing`,
    ],
    [
      'a key too many',
      [withNetwork({ ...network, x: 1 }), states, verdict],
      '/network/x: the lab has nothing, here is 1',
    ],
    [
      'a type',
      [withNetwork({ ...network, mtu: '1442' }), states, verdict],
      '/network/mtu: the lab has 1442, here is "1442"',
    ],
    [
      'a null',
      [withNetwork({ ...network, name: '' }), states, verdict],
      '/network/name: the lab has null, here is ""',
    ],
    [
      'a kind',
      [withNetwork({ ...network, tags: {} }), states, verdict],
      '/network/tags: the lab has a list, here is an object',
    ],
    [
      'a length',
      [withNetwork({ ...network, tags: ['a'] }), states, verdict],
      '/network/tags/length: the lab has 2, here is 1',
    ],
    [
      'an order of states',
      [exchange, { ...states, order: ['PENDING_CREATE', 'ERROR'] }, verdict],
      'states: the lab has "PENDING_CREATE" -> "ACTIVE", here is "PENDING_CREATE" -> "ERROR"',
    ],
    [
      'a verdict',
      [exchange, states, { ...verdict, verdict: 'dropped' }],
      'verdict: the lab has "far", here is "dropped"',
    ],
    ['a missing step', [exchange, states], 'step: the lab has this step, here is no such step'],
  ];
  for (const [what, given, said] of changed) {
    test(`differ by ${what}`, () => {
      const lines = linesFor(...given);

      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`neutron, "`);
      expect(lines[0]).toContain(said);
    });
  }
});

test.describe('an order of states', () => {
  const orders: [what: string, order: string[], isSame: boolean][] = [
    ['a look that missed a state in passing', ['ACTIVE'], true],
    ['a look that saw one more in passing', ['PENDING_CREATE', 'PENDING_UPDATE', 'ACTIVE'], true],
    [
      'an event that only a wait brings about',
      ['PENDING_CREATE', 'Normal CNIWaitingForActiveVIFs from kuryr-daemon', 'ACTIVE'],
      true,
    ],
    ['another state in passing', ['PENDING_DELETE', 'ACTIVE'], false],
    ['one more state that stays', ['PENDING_CREATE', 'ERROR', 'ACTIVE'], false],
    ['another end', ['PENDING_CREATE'], false],
    ['an end that is still in passing', ['PENDING_CREATE', 'ACTIVE', 'PENDING_UPDATE'], false],
    ['nothing at all', [], false],
  ];
  for (const [what, order, isSame] of orders) {
    test(`${isSame ? 'does not differ' : 'differs'} by ${what}`, () => {
      expect(linesFor(exchange, { ...states, order }, verdict)).toHaveLength(isSame ? 0 : 1);
    });
  }
});

test('a number that a stack draws for itself differs by its type only', () => {
  const withRevision = (revision_number: unknown): Step =>
    withNetwork({ ...exchange.body.network, revision_number });
  const linesBetween = (lab: unknown, here: unknown): string[] =>
    differencesOf(recorded(withRevision(lab)), recorded(withRevision(here))).map(lineOf);

  expect(linesBetween(3, 1)).toEqual([]);
  expect(linesBetween(3, '1')).toHaveLength(1);
  expect(linesBetween(3, undefined)).toHaveLength(1);
});

test('a difference is accepted by an entry that names it, and an idle entry is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kc-parity-'));
  const file = join(folder, 'accepted.yaml');
  await writeFile(
    file,
    `- { chapter: neutron, at: '/network/*', reason: a reason long enough }
- { step: 'a netw*', at: '**/mtu', reason: another reason }
- { step: tcp, at: verdict, reason: no such difference }
- { step: udp, at: verdict, reason: a difference by chance, sometimes: true }
`,
  );
  const entries = await readAccepted(file);
  await rm(folder, { recursive: true });
  const at = (path: string): { readonly unexplained: number; readonly idle: readonly string[] } => {
    const { unexplained, idle } = judge(
      [{ chapter: 'neutron', step: 'a network', at: path, lab: '1', here: '2' }],
      entries,
    );
    return { unexplained: unexplained.length, idle };
  };

  expect(at('/network/mtu')).toEqual({ unexplained: 0, idle: ['*, "tcp", verdict'] });
  expect(at('/network/deep/mtu').unexplained).toBe(0);
  expect(at('/network/deep/x').unexplained).toBe(1);
});

test('a recording holds no secrets, ids, times and addresses', () => {
  const sanitiser = new Sanitiser(['10.98.0.1']);
  sanitiser.name('0b2e9a4e-7f64-4c5c-9d3a-1f2e3d4c5b6a', 'a network');
  const secret = new Secret('a-very-secret-word');

  expect(
    sanitiser.clean({
      id: '0b2e9a4e-7f64-4c5c-9d3a-1f2e3d4c5b6a',
      other: '1b2e9a4e-7f64-4c5c-9d3a-1f2e3d4c5b6a',
      project: '0123456789abcdef0123456789abcdef',
      at: '2026-11-24T21:00:00Z',
      url: 'http://127.0.0.20:9696/v2.0/networks',
      addresses: ['10.98.0.1', '10.98.0.7', '10.20.0.0/26', 'fa:16:3e:00:11:22'],
      said: `login with ${secret.reveal()} failed`,
      managedFields: [],
      resourceVersion: '17',
    }),
  ).toEqual({
    id: '<a network>',
    other: '<id>',
    project: '<id>',
    at: '<time>',
    url: '<endpoint>/v2.0/networks',
    addresses: ['10.98.0.1', '<address>', '<cidr>', '<mac>'],
    said: 'login with [redacted] failed',
    resourceVersion: '<version>',
  });
});

test('a recording is read as it was written, and an older one goes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kc-parity-'));
  await writeRecording(folder, [{ chapter: 'older', steps: [] }]);
  await writeRecording(folder, [{ chapter: 'neutron', steps: [...steps] }]);

  expect(await readRecording(folder)).toEqual(recorded(...steps));
  await rm(folder, { recursive: true });
  await expect(readRecording(folder)).rejects.toMatchObject({ code: 'PARITY_NO_RECORDING' });
});
