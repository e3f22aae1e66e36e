/**
 * Container images FROM scratch, out of local files: an archive in the form of `docker save`, which
 * `ctr images import` loads. The same input gives the same bytes. Layers go through temporary files, so
 * that the size of an image is no matter of memory.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { arch } from 'node:process';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';

/** One file, folder or symbolic link of an image; the path is absolute. */
export type ImageEntry =
  | { readonly path: string; readonly file: string; readonly mode?: number }
  | { readonly path: string; readonly text: string; readonly mode?: number }
  | { readonly path: string; readonly target: string }
  | { readonly path: string; readonly folder: true; readonly mode?: number };

/** How a container of the image is started. */
interface ImageStart {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Numeric user and group, such as "1000:1000". */
  readonly user?: string;
  readonly workingDir?: string;
}

/** What an image is made of; a later layer lies over the earlier ones. */
export interface ImageRecipe {
  readonly name: string;
  readonly layers: readonly (readonly ImageEntry[])[];
  readonly start: ImageStart;
}

/** A written image. */
export interface ImageArchive {
  readonly name: string;
  readonly tar: string;
  /** Digest of the image's configuration: the image id. */
  readonly digest: string;
}

interface Layer {
  readonly file: string;
  readonly digest: string;
  readonly size: number;
}

const epoch = new Date(0);
const owner = { uid: 0, gid: 0, mtime: epoch };

/** Writes an image archive; a half-written one is never left under the final name. */
export async function writeImage(recipe: ImageRecipe, tar: string): Promise<ImageArchive> {
  const folder = await mkdtemp(join(dirname(tar), '.image-'));
  try {
    const layers: Layer[] = [];
    for (const [index, entries] of recipe.layers.entries()) {
      layers.push(await writeLayer(entries, join(folder, `layer-${index}.tar`)));
    }
    const config = JSON.stringify(configOf(recipe.start, layers));
    const digest = createHash('sha256').update(config).digest('hex');
    const manifest = {
      Config: `${digest}.json`,
      RepoTags: [recipe.name],
      Layers: layers.map((layer) => `${layer.digest}/layer.tar`),
    };
    const archive = join(folder, 'image.tar');
    await writeTar(archive, async (into) => {
      await addBytes(into, { name: `${digest}.json`, mode: 0o644 }, config);
      for (const layer of layers) {
        await addFile(
          into,
          { name: `${layer.digest}/layer.tar`, size: layer.size, mode: 0o644 },
          layer.file,
        );
      }
      await addBytes(into, { name: 'manifest.json', mode: 0o644 }, JSON.stringify([manifest]));
    });
    await rename(archive, tar);
    return { name: recipe.name, tar, digest: `sha256:${digest}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A text that changes when anything changes that goes into the image. */
export async function fingerprint({ name, layers, start }: ImageRecipe): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify({ name, start, arch }));
  for (const entries of layers) {
    hash.update('layer\n');
    for (const entry of complete(entries)) {
      hash.update(`${JSON.stringify(entry)}\n`);
      if ('file' in entry) {
        await addContent(hash, entry.file);
      }
    }
  }
  return hash.digest('hex');
}

async function addContent(hash: Hash, file: string): Promise<void> {
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer);
  }
}

async function writeLayer(entries: readonly ImageEntry[], file: string): Promise<Layer> {
  const hash = await writeTar(file, async (into) => {
    for (const entry of complete(entries)) {
      await addEntry(into, entry);
    }
  });
  return { file, digest: hash, size: (await stat(file)).size };
}

/** Adds the folders that lead to an entry, and puts everything into one order. */
function complete(entries: readonly ImageEntry[]): ImageEntry[] {
  const byPath = new Map<string, ImageEntry>();
  for (const entry of entries) {
    for (let path = posix.dirname(entry.path); path !== '/'; path = posix.dirname(path)) {
      byPath.set(path, byPath.get(path) ?? { path, folder: true });
    }
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function addEntry(into: Pack, entry: ImageEntry): Promise<void> {
  const name = entry.path.replace(/^\//, '');
  if ('folder' in entry) {
    into.entry({ ...owner, name: `${name}/`, type: 'directory', mode: entry.mode ?? 0o755 });
  } else if ('target' in entry) {
    into.entry({ ...owner, name, type: 'symlink', linkname: entry.target, mode: 0o777 });
  } else if ('text' in entry) {
    await addBytes(into, { name, mode: entry.mode ?? 0o644 }, entry.text);
  } else {
    const { size, mode } = await stat(entry.file);
    const executable = (mode & 0o111) === 0 ? 0o644 : 0o755;
    await addFile(into, { name, size, mode: entry.mode ?? executable }, entry.file);
  }
}

interface TarHeader {
  readonly name: string;
  readonly mode: number;
}

interface FileHeader extends TarHeader {
  readonly size: number;
}

async function addBytes(into: Pack, { name, mode }: TarHeader, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    into.entry({ ...owner, name, mode }, text, (error) => {
      if (error) {
        reject(error);
      } else {
        resolve();
      }
    });
  });
}

async function addFile(into: Pack, header: FileHeader, file: string): Promise<void> {
  if (header.size === 0) {
    await addBytes(into, header, '');
    return;
  }
  await pipeline(createReadStream(file), into.entry({ ...owner, ...header }));
}

/** Writes a tar while it is filled; gives the digest of its bytes. */
async function writeTar(file: string, fill: (into: Pack) => Promise<void>): Promise<string> {
  const into = pack();
  const hash = createHash('sha256');
  const tap = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const written = pipeline(into, tap, createWriteStream(file));
  const filled = fill(into).then(
    () => {
      into.finalize();
    },
    (error: unknown) => {
      into.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    },
  );
  await Promise.all([filled, written]);
  return hash.digest('hex');
}

function configOf(start: ImageStart, layers: readonly Layer[]): object {
  const created = epoch.toISOString();
  return {
    architecture: arch === 'x64' ? 'amd64' : arch,
    os: 'linux',
    created,
    config: {
      Entrypoint: start.entrypoint ?? null,
      Cmd: start.cmd ?? null,
      Env: Object.entries(start.env ?? {}).map(([name, value]) => `${name}=${value}`),
      User: start.user ?? '',
      WorkingDir: start.workingDir ?? '/',
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${layer.digest}`) },
    history: layers.map(() => ({ created, created_by: 'kuryr-conformance' })),
  };
}

/** Reads back what `writeImage` recorded beside an archive, if it is still what is wanted. */
export async function recorded(tar: string, wanted: string): Promise<ImageArchive | undefined> {
  try {
    const [record] = await Promise.all([readFile(`${tar}.json`, 'utf8'), stat(tar)]);
    const { fingerprint: made, ...archive } = JSON.parse(record) as ImageArchive & {
      fingerprint: string;
    };
    return made === wanted ? archive : undefined;
  } catch {
    // Not made yet, or not whole: it is made now.
    return undefined;
  }
}
