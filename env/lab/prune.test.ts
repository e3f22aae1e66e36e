import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { scratchFolder } from '../testing/scratch.ts';
import { pruneBeside } from './prune.ts';

test('what lies beside a kept part goes, files and kept parts stay', async () => {
  const shelf = await scratchFolder();
  for (const name of ['zed-new', 'zed-old', 'zed-old.partial'])
    await mkdir(join(shelf, name, 'etc'), { recursive: true });
  await writeFile(join(shelf, 'zed.list'), '');

  const removed = await pruneBeside([join(shelf, 'zed-new')]);

  expect(removed.sort()).toEqual(['zed-old', 'zed-old.partial']);
  expect((await readdir(shelf)).sort()).toEqual(['zed-new', 'zed.list']);
});
