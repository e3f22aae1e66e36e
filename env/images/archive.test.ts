/**
 * Image archives: what is in them, that they are the same each time, and that nothing half-written stays.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch } from 'node:process';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { extract } from 'tar-stream';
import { fingerprint, type ImageRecipe, writeImage } from './archive.ts';

type Unpacked = Map<string, { readonly header: object; readonly bytes: Buffer }>;

const noEntries: Unpacked = new Map();

async function unpack(source: Readable): Promise<Unpacked> {
  const entries: Unpacked = new Map();
  for await (const entry of source.pipe(extract())) {
    entries.set(entry.header.name, { header: entry.header, bytes: await buffer(entry) });
  }
  return entries;
}

function jsonOf(archive: Unpacked, name: string): unknown {
  return JSON.parse(archive.get(name)?.bytes.toString() ?? 'null');
}

async function recipeIn(path: string): Promise<ImageRecipe> {
  const folder = (name: string) => join(path, name);
  await writeFile(folder('tool'), 'x'.repeat(200_000));
  await chmod(folder('tool'), 0o750);
  await writeFile(folder('empty'), '');
  return {
    name: 'localhost/try:lab',
    layers: [
      [
        { path: '/usr/bin/tool', file: folder('tool') },
        { path: '/usr/share/empty', file: folder('empty') },
        { path: '/bin/sh', target: '../usr/bin/tool' },
      ],
      [
        { path: '/tmp', folder: true, mode: 0o1777 },
        { path: '/etc/motd', text: 'hello\n' },
      ],
    ],
    start: { entrypoint: ['tool'], cmd: ['--help'], env: { PATH: '/usr/bin' }, user: '1000:1000' },
  };
}

test.describe('an image archive', () => {
  test('holds what the recipe says, in the form of docker save', async ({}, testInfo) => {
    const recipe = await recipeIn(testInfo.outputPath());
    const tar = testInfo.outputPath('image.tar');

    const image = await writeImage(recipe, tar);

    const archive = await unpack(createReadStream(tar));
    const [manifest] = jsonOf(archive, 'manifest.json') as [
      { Config: string; RepoTags: string[]; Layers: string[] },
    ];
    expect(manifest.RepoTags).toEqual(['localhost/try:lab']);
    expect(`sha256:${manifest.Config.replace('.json', '')}`).toBe(image.digest);
    expect(jsonOf(archive, manifest.Config)).toMatchObject({
      architecture: arch === 'x64' ? 'amd64' : arch,
      os: 'linux',
      config: { Entrypoint: ['tool'], Cmd: ['--help'], Env: ['PATH=/usr/bin'], User: '1000:1000' },
      rootfs: {
        diff_ids: manifest.Layers.map(
          (layer) =>
            `sha256:${createHash('sha256')
              .update(archive.get(layer)?.bytes ?? '')
              .digest('hex')}`,
        ),
      },
    });
  });

  test('has the folders, links, modes and owners of its files', async ({}, testInfo) => {
    const recipe = await recipeIn(testInfo.outputPath());
    await writeImage(recipe, testInfo.outputPath('image.tar'));
    const archive = await unpack(createReadStream(testInfo.outputPath('image.tar')));
    const [manifest] = jsonOf(archive, 'manifest.json') as [{ Layers: string[] }];
    const [first = noEntries, second = noEntries] = await Promise.all(
      manifest.Layers.map((layer) => unpack(Readable.from([archive.get(layer)?.bytes]))),
    );

    expect([...first.keys()]).toEqual([
      ...['bin/', 'bin/sh', 'usr/', 'usr/bin/', 'usr/bin/tool', 'usr/share/', 'usr/share/empty'],
    ]);
    expect(first.get('usr/bin/tool')?.header).toMatchObject({
      mode: 0o755,
      uid: 0,
      gid: 0,
      size: 200_000,
    });
    expect(first.get('bin/sh')?.header).toMatchObject({
      type: 'symlink',
      linkname: '../usr/bin/tool',
    });
    expect(second.get('tmp/')?.header).toMatchObject({ type: 'directory', mode: 0o1777 });
    expect(second.get('etc/motd')?.bytes.toString()).toBe('hello\n');
  });

  test('is the same bytes each time, and its fingerprint follows its content', async ({}, testInfo) => {
    const recipe = await recipeIn(testInfo.outputPath());
    const before = await fingerprint(recipe);
    await writeImage(recipe, testInfo.outputPath('one.tar'));
    await writeImage(recipe, testInfo.outputPath('two.tar'));

    const [one, two] = await Promise.all(
      ['one.tar', 'two.tar'].map((name) => readFile(testInfo.outputPath(name))),
    );
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
    expect(await fingerprint(recipe)).toBe(before);
    await writeFile(testInfo.outputPath('empty'), 'no longer');
    expect(await fingerprint(recipe)).not.toBe(before);
  });

  test('leaves nothing behind when a file is missing', async ({}, testInfo) => {
    const recipe: ImageRecipe = {
      name: 'localhost/try:lab',
      layers: [[{ path: '/tool', file: testInfo.outputPath('missing') }]],
      start: {},
    };
    await writeFile(testInfo.outputPath('keep'), '');

    await expect(writeImage(recipe, testInfo.outputPath('image.tar'))).rejects.toThrow('ENOENT');
    expect(await readdir(testInfo.outputPath())).toEqual(['keep']);
  });
});
