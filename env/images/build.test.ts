/**
 * The images of the lab as a whole, without compilers: those are stood for by a function that writes the
 * files they would write.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { StackError } from '../errors.ts';
import { buildImages } from './build.ts';
import { type BuildTools, compilePrograms } from './compile.ts';
import { librariesOf, parseLdd } from './libraries.ts';
import { packageFiles } from './packages.ts';

const execute = promisify(execFile);

function toolsThat(onRun: (argv: readonly string[], folder: string) => Promise<void>): BuildTools {
  return { goBinary: 'go', muslGcc: 'musl-gcc', gcc: 'gcc', busybox: '/bin/busybox', run: onRun };
}

/** Writes what the command was asked to write. */
async function pretend(argv: readonly string[], folder: string): Promise<void> {
  const output = argv.includes('-o') ? argv[argv.indexOf('-o') + 1] : argv.at(-1);
  if (argv[0] === 'sh') {
    await mkdir(join(folder, 'lib'));
    const loader = /ld-linux-\S+/.exec(argv[2] ?? '')?.[0] ?? '';
    await Promise.all(
      [loader, 'libc.so.6'].map((name) => writeFile(join(folder, 'lib', name), name)),
    );
    return;
  }
  await writeFile(join(folder, output ?? ''), `${argv.join(' ')}\n`);
}

test.describe('the programs of the images', () => {
  test('are compiled once, with the sources in place', async ({}, testInfo) => {
    const seen: string[] = [];
    const tools = toolsThat(async (argv, folder) => {
      seen.push(argv.join(' '));
      expect(await readdir(folder)).toContain('getaddrinfo.c');
      await pretend(argv, folder);
    });

    const first = await compilePrograms(testInfo.outputPath(), tools);
    const count = seen.length;
    const second = await compilePrograms(testInfo.outputPath(), tools);

    expect(second).toEqual(first);
    expect(seen).toHaveLength(count);
    expect(seen.join('\n')).toContain('CGO_ENABLED=0');
    expect(seen.join('\n')).toContain('--dynamic-linker=/resolvers/lib/');
    await Promise.all(
      [
        first.musl,
        first.go,
        first.glibc,
        first.pause,
        first.busybox ?? '',
        ...first.glibcLibraries,
      ].map((file) => stat(file)),
    );
  });

  test('say what failed, and leave nothing half-made', async ({}, testInfo) => {
    await writeFile(testInfo.outputPath('keep'), '');
    const tools = toolsThat(([program]) =>
      program === 'gcc'
        ? Promise.reject(Object.assign(new Error('failed'), { stderr: 'gcc: no input files' }))
        : Promise.resolve(),
    );
    const made = compilePrograms(testInfo.outputPath(), tools);

    await expect(made).rejects.toThrow(StackError);
    await expect(made).rejects.toThrow('with "gcc": it failed');
    await expect(made).rejects.toThrow('gcc: no input files');
    expect(await readdir(testInfo.outputPath())).toEqual(['keep']);
  });
});

test.describe('the images of the lab', () => {
  test('are built from this Node, and again only when something has changed', async ({}, testInfo) => {
    const outDir = testInfo.outputPath('images');
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const images = await buildImages({ outDir, tools: toolsThat(pretend), log });
    const again = await buildImages({ outDir, tools: toolsThat(pretend), log });

    expect(images.map(({ name }) => name)).toEqual([
      'localhost/kuryr-conformance/prober:lab',
      'localhost/kuryr-conformance/cluster-dns:lab',
      'localhost/kuryr-conformance/dns-logger:lab',
      'localhost/kuryr-conformance/pause:lab',
    ]);
    expect(again).toEqual(images);
    expect(lines.slice(4)).toEqual(images.map(({ name }) => `image ${name}: unchanged`));
    const sizes = await Promise.all(images.map(({ tar }) => stat(tar)));
    expect(sizes[0]?.size).toBeGreaterThan((await stat(execPath)).size);
    expect(sizes[3]?.size).toBeLessThan(20_000);
    await rm(outDir, { recursive: true });
  });
});

test.describe('what a program needs', () => {
  test('is read from what ldd prints', () => {
    const text = [
      '\tlinux-vdso.so.1 (0x00007ffd2b5f2000)',
      '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2a5e600000)',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007f2a5e8a0000)',
    ].join('\n');

    expect(parseLdd(text)).toEqual([
      '/lib/x86_64-linux-gnu/libc.so.6',
      '/lib64/ld-linux-x86-64.so.2',
    ]);
    expect(parseLdd('\tstatically linked\n')).toEqual([]);
    expect(() => parseLdd('\tlibodd.so.1 => not found\n')).toThrow(
      'the loader does not find all of them',
    );
  });

  test('is found for this Node, and is enough to run it', async ({}, testInfo) => {
    const libraries = await librariesOf(execPath);
    const loader = libraries.find(({ path }) => path.includes('ld-linux'));
    expect(libraries.map(({ path }) => path).join()).toMatch(/libc\.so\.\d/);

    // The loader is told to look at these files and nowhere else.
    await Promise.all(
      libraries.map(({ path, ...entry }) =>
        execute('cp', [
          'file' in entry ? entry.file : '',
          testInfo.outputPath(path.split('/').at(-1) ?? ''),
        ]),
      ),
    );
    const words = [
      '--inhibit-cache',
      '--library-path',
      testInfo.outputPath(),
      execPath,
      '--version',
    ];
    const { stdout } = await execute(
      loader !== undefined && 'file' in loader ? loader.file : '',
      words,
    );
    expect(stdout.trim()).toBe(process.version);
  });

  test('is the package with all that it depends on', async () => {
    const files = await packageFiles('dns-packet', '/programs');

    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/programs/node_modules/dns-packet/index.js',
        '/programs/node_modules/dns-packet/package.json',
        '/programs/node_modules/@leichtgewicht/ip-codec/package.json',
      ]),
    );
    await expect(packageFiles('no-such-package', '/programs')).rejects.toThrow(
      'Run "npm ci" first.',
    );
  });
});
