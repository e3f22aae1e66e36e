/**
 * Which shared libraries a program of this machine needs, so that it runs in an image that holds
 * nothing else.
 */
import { execFile } from 'node:child_process';
import { access, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from '../errors.ts';
import type { ImageEntry } from './archive.ts';

const execute = promisify(execFile);

/** What a glibc before 2.34 loads by name when it resolves names; newer ones have it built in. */
const loadedByName = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];

/** Lists the libraries of a program and its loader, under the paths at which it looks for them. */
export async function librariesOf(program: string): Promise<ImageEntry[]> {
  const listed = parseLdd(await ldd(program));
  const libc = listed.find((path) => /\/libc\.so\.\d/.test(path));
  const extra =
    libc === undefined ? [] : await existing(loadedByName.map((name) => join(dirname(libc), name)));
  const paths = [...new Set([...listed, ...extra])];
  return Promise.all(paths.map(async (path) => ({ path, file: await realpath(path) })));
}

/** Finds the paths in what `ldd` prints; a static program has none. */
export function parseLdd(text: string): string[] {
  if (/\bnot found\b/.test(text)) {
    throw new StackError(
      'IMAGE_LIBRARY_MISSING',
      `Listing the libraries of a program: the loader does not find all of them. Install what is missing.\n${text.trim()}`,
    );
  }
  return text
    .split('\n')
    .map((line) => /(?:=>\s*|^\s*)(\/\S+)\s+\(0x[0-9a-f]+\)/.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

async function ldd(program: string): Promise<string> {
  try {
    return (await execute('ldd', [program], { env: { LC_ALL: 'C' } })).stdout;
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    if (stderr.includes('not a dynamic executable')) {
      return '';
    }
    throw new StackError(
      'IMAGE_LIBRARIES_UNKNOWN',
      `Listing the libraries of "${program}" with ldd: it failed. Check that the file is a program of this machine.`,
      { cause },
    );
  }
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => path,
        () => undefined,
      ),
    ),
  );
  return found.filter((path) => path !== undefined);
}
