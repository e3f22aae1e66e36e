/**
 * Modules of containers: what they import is what they are given, and each run has a state of its own.
 */
import { expect, test } from '@playwright/test';
import { type Exports, type ModuleHost, runModule } from './js-modules.ts';

function run(
  files: Readonly<Record<string, string>>,
  more: Partial<ModuleHost> = {},
): Promise<Exports> {
  const host: ModuleHost = {
    read: (path) => files[path],
    module: (name) => (name === 'node:net' ? { connect: () => 'connected' } : undefined),
    globals: { process: { title: 'ours' } },
    ...more,
  };
  return runModule(host, '/app/main.mjs');
}

test.describe('a module of a container', () => {
  test('sees the modules and globals that it is given', async () => {
    const found = await run({
      '/app/main.mjs': [
        "import net, { connect as open } from 'node:net';",
        "import * as all from 'node:net';",
        "import {\n  helper,\n} from './helper.mjs';",
        'export const said = [net.connect(), open(), all.connect(), process.title, helper(1)];',
        'export const url = import.meta.url;',
      ].join('\n'),
      '/app/helper.mjs': 'export function helper(value) { return value + 1; }',
    });

    expect(found).toEqual({
      said: ['connected', 'connected', 'connected', 'ours', 2],
      url: 'file:///app/main.mjs',
    });
  });

  test('is evaluated anew for each process', async () => {
    const files = {
      '/app/main.mjs': 'let times = 0;\nexport class Count { next() { return ++times; } }',
    };
    for (let process = 0; process < 2; process += 1) {
      const { Count } = (await run(files)) as { Count: new () => { next(): number } };
      expect(new Count().next()).toBe(1);
    }
  });

  test('may wait at its top, and is evaluated once for all that import it', async () => {
    const found = await run({
      '/app/main.mjs':
        "import { a } from './a.mjs';\nimport { b } from './b.mjs';\nexport const same = a === b;",
      '/app/a.mjs': "import { value } from './value.mjs';\nexport const a = value;",
      '/app/b.mjs': "import { value } from './value.mjs';\nexport const b = value;",
      '/app/value.mjs': 'export const value = await Promise.resolve({});',
    });

    expect(found['same']).toBe(true);
  });

  test('keeps its lines, so that a stack trace is right', async () => {
    const text = "import {\n  connect,\n} from 'node:net';\n\nthrow new Error(connect());";

    const failure: unknown = await run({ '/app/main.mjs': text }).catch((error: unknown) => error);
    expect((failure as Error).stack).toContain('/app/main.mjs:5');
  });

  test('fails when it imports what is not there', async () => {
    await expect(run({ '/app/main.mjs': "import x from 'left-pad';" })).rejects.toThrow(
      "Cannot find package 'left-pad'",
    );
    await expect(run({ '/app/main.mjs': "import x from './x.mjs';" })).rejects.toThrow(
      "Cannot find module '/app/x.mjs'",
    );
  });
});
