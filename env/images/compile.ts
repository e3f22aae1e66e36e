/**
 * Compiles the small programs of the images: resolvers on three different libraries, and the first
 * process of a sandbox. The compilers may live somewhere else, such as in a root of the lab.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { arch } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { StackError } from '../errors.ts';

const execute = promisify(execFile);

/** The compilers, by name or by path where they live. */
export interface BuildTools {
  readonly goBinary: string;
  readonly muslGcc: string;
  readonly gcc: string;
  /** A static busybox, for a look into a running container. */
  readonly busybox?: string;
  /**
   * Runs a command where the compilers live. It must see `folder` of this machine under the same path,
   * writable, and start in it. Without it, the compilers are those of this machine.
   */
  readonly run?: (argv: readonly string[], folder: string) => Promise<unknown>;
}

/** The compiled programs, as files of this machine. */
export interface Programs {
  readonly pause: string;
  readonly musl: string;
  readonly go: string;
  readonly glibc: string;
  /** The glibc of the compiler, so that `glibc` does not depend on that of the image. */
  readonly glibcLibraries: readonly string[];
  readonly busybox?: string;
}

const sources = fileURLToPath(new URL('programs/', import.meta.url));
const sourceFiles = ['getaddrinfo.c', 'pause.c', 'resolve.go'] as const;

/** The folder of the image in which the resolvers are. */
export const resolverFolder = '/resolvers';

/** The folder of the image in which the glibc of the resolver `glibc` is. */
export const glibcFolder = `${resolverFolder}/lib`;

const loader = arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2';

/** Compiles the programs into a folder under `cache`, unless the same ones are there already. */
export async function compilePrograms(cache: string, tools: BuildTools): Promise<Programs> {
  const commands = commandsOf(tools);
  const texts = await Promise.all(sourceFiles.map((name) => readFile(join(sources, name), 'utf8')));
  const hash = createHash('sha256').update(JSON.stringify([texts, commands, arch]));
  const folder = join(cache, `programs-${hash.digest('hex').slice(0, 16)}`);
  const isMade = await readFile(join(folder, 'pause')).then(
    () => true,
    () => false,
  );
  if (!isMade) {
    await compileInto(folder, commands, tools.run ?? runHere);
  }
  const programs = {
    pause: join(folder, 'pause'),
    musl: join(folder, 'musl'),
    go: join(folder, 'go'),
    glibc: join(folder, 'glibc'),
    glibcLibraries: [join(folder, 'lib', loader), join(folder, 'lib', 'libc.so.6')],
  };
  return tools.busybox === undefined ? programs : { ...programs, busybox: join(folder, 'busybox') };
}

function commandsOf({ gcc, muslGcc, goBinary, busybox }: BuildTools): string[][] {
  const c = ['-O2', '-Wall', '-Wextra', '-Werror'];
  const ownGlibc = [`-Wl,--dynamic-linker=${glibcFolder}/${loader}`, `-Wl,-rpath,${glibcFolder}`];
  const goSettings = [
    'CGO_ENABLED=0',
    'GOCACHE=/tmp/kc-go-cache',
    'GOFLAGS=',
    'GO111MODULE=off',
    'HOME=/tmp',
  ];
  const copyGlibc = `mkdir -p lib && for name in ${loader} libc.so.6; do cp -L "$("$1" -print-file-name=$name)" lib/; done`;
  return [
    [muslGcc, ...c, '-static', '-s', '-o', 'musl', 'getaddrinfo.c'],
    [gcc, ...c, ...ownGlibc, '-s', '-o', 'glibc', 'getaddrinfo.c'],
    ['sh', '-ec', copyGlibc, 'copy-glibc', gcc],
    [
      'env',
      ...goSettings,
      goBinary,
      'build',
      '-trimpath',
      '-ldflags=-s -w',
      '-o',
      'go',
      'resolve.go',
    ],
    ...(busybox === undefined ? [] : [['cp', '-L', busybox, 'busybox']]),
    [muslGcc, ...c, '-static', '-s', '-o', 'pause', 'pause.c'],
  ];
}

async function compileInto(
  folder: string,
  commands: readonly string[][],
  run: NonNullable<BuildTools['run']>,
): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(join(folder, '..', '.compile-'));
  try {
    await Promise.all(sourceFiles.map((name) => copyFile(join(sources, name), join(work, name))));
    for (const argv of commands) {
      await runOne(argv, work, run);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function runOne(
  argv: readonly string[],
  work: string,
  run: NonNullable<BuildTools['run']>,
): Promise<void> {
  try {
    await run(argv, work);
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw new StackError(
      'IMAGE_PROGRAM_NOT_BUILT',
      `Building a program for the images with "${basename(argv[0] ?? '')}": it failed. ` +
        `Check that gcc, musl-gcc and go are installed where the images are built.\n${stderr ?? message}`,
      { cause },
    );
  }
}

async function runHere(argv: readonly string[], folder: string): Promise<void> {
  const [program = '', ...words] = argv;
  await execute(program, words, { cwd: folder });
}
