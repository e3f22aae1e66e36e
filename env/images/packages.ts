/**
 * Which files of this checkout's node_modules a program in an image needs: a package and everything that
 * it depends on.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from '../errors.ts';
import type { ImageEntry } from './archive.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** Lists the files of a package and of its dependencies, to be laid out under `folder`. */
export async function packageFiles(name: string, folder: string): Promise<ImageEntry[]> {
  const packages = new Map<string, string>();
  await collect(name, checkout, packages);
  const files = await Promise.all(
    [...packages.keys()].map(async (source) => {
      const listed = await readdir(source, { recursive: true, withFileTypes: true });
      return listed
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => !relative(source, file).includes('node_modules'));
    }),
  );
  return files
    .flat()
    .map((file) => ({ path: join(folder, relative(checkout, file)), file, mode: 0o644 }));
}

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function collect(name: string, from: string, packages: Map<string, string>): Promise<void> {
  const source = await packageFolder(name, from);
  if (packages.has(source)) {
    return;
  }
  packages.set(source, name);
  const { dependencies = {} } = JSON.parse(
    await readFile(join(source, 'package.json'), 'utf8'),
  ) as PackageFile;
  for (const dependency of Object.keys(dependencies)) {
    await collect(dependency, source, packages);
  }
}

/** Looks a package up as Node does: in the node_modules of each folder on the way up. */
async function packageFolder(name: string, from: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    const isThere = await readFile(join(candidate, 'package.json')).then(
      () => true,
      () => false,
    );
    if (isThere) {
      return candidate;
    }
    if (folder === dirname(folder)) {
      throw new StackError(
        'IMAGE_PACKAGE_MISSING',
        `Collecting the package "${name}" for an image: it is not installed. Run "npm ci" first.`,
      );
    }
  }
}
