import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { runHere } from '../access/process.ts';
import { type Controlled, serveControl } from './control.ts';
import { ask, runAt, stopPart } from './control-client.ts';
import { descriptionForm, evidenceForm } from './control-forms.ts';

const description: Controlled['description'] = {
  access: { kubeconfigPath: '/k', cloudsYamlPath: '/c', cloudName: 'x' },
  facts: {
    kubernetes: 'v1.28.15',
    nodes: [],
    openstackSeries: 'zed',
    kuryrVersion: '7.0.0',
    standIns: [],
    components: {},
  },
};

const log = { name: 'kuryr.log', contentType: 'text/plain', body: 'a line\n' };

/** What was done to Kuryr's programs. */
let deeds: string[] = [];

/** A stack whose machines are this very one. */
const stack: Controlled = {
  stop: (part) => {
    deeds.push(`ended ${part}`);
    return Promise.resolve(() => {
      deeds.push(`started ${part}`);
      return Promise.resolve();
    });
  },
  markBalancer: (id, status) => {
    deeds.push(`${id} is ${status}`);
  },
  description,
  evidence: () => Promise.resolve([log]),
  complaints: (since) => (since < 1_000 ? ['no answer to GET /a'] : []),
  start: (_, argv) => runHere(argv),
};

async function withControl(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-test-'));
  const path = join(folder, 'control.sock');
  const control = await serveControl(path, stack);
  try {
    await use(path);
  } finally {
    await control[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
}

test.describe('the socket of a stack', () => {
  test('tells what the stack is, its logs and its complaints since a moment', async () => {
    await withControl(async (path) => {
      const complaints = z.array(z.string());

      expect(await ask(path, { op: 'describe' }, descriptionForm)).toEqual(description);
      expect(await ask(path, { op: 'evidence' }, evidenceForm)).toEqual([log]);
      expect(await ask(path, { op: 'complaints', sinceMs: 1 }, complaints)).toEqual([
        'no answer to GET /a',
      ]);
      expect(await ask(path, { op: 'complaints', sinceMs: 2_000 }, complaints)).toEqual([]);
    });
  });

  test('is the pipes of a program at the outside', async () => {
    await withControl(async (path) => {
      const program = runAt(path, 'outside', [
        'node',
        // Node warns on standard error when both NO_COLOR and FORCE_COLOR are set.
        '--no-warnings',
        '-e',
        'process.stdin.pipe(process.stdout); process.stdin.on("end", () => { console.error("bye"); process.exitCode = 3; })',
      ]);
      program.stdin.write('héllo ');
      program.stdin.end('world');

      expect(
        await Promise.all([text(program.stdout), text(program.stderr), program.exited]),
      ).toEqual(['héllo world', 'bye\n', 3]);
    });
  });

  test('ends a program when it is asked to', async () => {
    await withControl(async (path) => {
      const program = runAt(path, 'outside', ['node', '-e', 'setInterval(() => {}, 1000)']);
      program.kill();

      expect(await program.exited).toBeNull();
    });
  });

  test('says why a program could not be run', async () => {
    await withControl(async (path) => {
      await expect(runAt(path, 'outside', ['/no/such/program']).exited).rejects.toMatchObject({
        code: 'STACK_ORDER_FAILED',
        message: expect.stringContaining('ENOENT'),
      });
    });
  });

  test('ends a part and starts it again, once, also when the one who has ended it goes', async () => {
    deeds = [];
    await withControl(async (path) => {
      const back = await stopPart(path, 'kuryr-controller');
      expect(deeds).toEqual(['ended kuryr-controller']);
      await back();
      expect(deeds).toEqual(['ended kuryr-controller', 'started kuryr-controller']);
      await stopPart(path, 'kuryr-daemon');
    });

    await expect.poll(() => deeds.slice(2)).toEqual(['ended kuryr-daemon', 'started kuryr-daemon']);
  });

  test('that nobody serves any more is trouble of the stack', async () => {
    let gone = '';
    await withControl((path) => {
      gone = path;
      return Promise.resolve();
    });

    await expect(ask(gone, { op: 'describe' }, descriptionForm)).rejects.toMatchObject({
      code: 'STACK_GONE',
    });
    await expect(runAt(gone, 'outside', ['node']).exited).rejects.toMatchObject({
      code: 'STACK_GONE',
    });
  });
});
