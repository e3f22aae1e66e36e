/**
 * Builds the images of the lab from local files: this very Node, a few small programs, and no registry.
 * An image is built again when something that goes into it has changed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  fingerprint,
  type ImageArchive,
  type ImageEntry,
  type ImageRecipe,
  recorded,
  writeImage,
} from './archive.ts';
import {
  type BuildTools,
  compilePrograms,
  glibcFolder,
  type Programs,
  resolverFolder,
} from './compile.ts';
import { librariesOf } from './libraries.ts';
import { packageFiles } from './packages.ts';

/** What is built, where to, and with which tools. */
export interface BuildOptions {
  /** Folder of the archives and of what is kept from one build to the next. */
  readonly outDir: string;
  readonly tools: BuildTools;
  readonly log?: (line: string) => void;
}

/** Full names of the images, by what they are for. */
export const imageNames = {
  prober: 'localhost/kuryr-conformance/prober:lab',
  clusterDns: 'localhost/kuryr-conformance/cluster-dns:lab',
  dnsLogger: 'localhost/kuryr-conformance/dns-logger:lab',
  pause: 'localhost/kuryr-conformance/pause:lab',
} as const;

const programFolder = '/programs';
const programSources = fileURLToPath(new URL('programs/', import.meta.url));
const unprivileged = '1000:1000';
const path = '/usr/local/bin:/usr/bin:/bin';
const applets = ['sh', 'cat', 'ip', 'ls', 'nc', 'nslookup', 'ping', 'ps', 'wget'];

/** Builds every image of the lab and gives the archives, to be loaded with `ctr images import`. */
export async function buildImages({ outDir, tools, log }: BuildOptions): Promise<ImageArchive[]> {
  await mkdir(outDir, { recursive: true });
  const programs = await compilePrograms(outDir, tools);
  const archives: ImageArchive[] = [];
  for (const recipe of await recipesOf(programs)) {
    archives.push(await buildImage(recipe, outDir, log));
  }
  return archives;
}

async function buildImage(
  recipe: ImageRecipe,
  outDir: string,
  log: BuildOptions['log'],
): Promise<ImageArchive> {
  const tar = join(outDir, `${basename(recipe.name).replace(':', '-')}.tar`);
  const wanted = await fingerprint(recipe);
  const kept = await recorded(tar, wanted);
  if (kept !== undefined) {
    log?.(`image ${recipe.name}: unchanged`);
    return kept;
  }
  const archive = await writeImage(recipe, tar);
  await writeFile(`${tar}.json`, JSON.stringify({ ...archive, fingerprint: wanted }));
  log?.(`image ${recipe.name}: built, ${archive.digest}`);
  return archive;
}

async function recipesOf(programs: Programs): Promise<ImageRecipe[]> {
  const node = await nodeLayer(programs);
  const dns = await packageFiles('dns-packet', programFolder);
  const logger = [...dns, ...sourcesOf('dns-server.mjs', 'dns-logger.mjs')];
  const cluster = sourcesOf(
    'dns-server.mjs',
    'cluster-dns.mjs',
    'cluster-names.mjs',
    'kube-watch.mjs',
  );
  const started = { env: { PATH: path }, user: unprivileged };
  return [
    {
      name: imageNames.prober,
      layers: [node, [...resolverEntries(programs), ...logger]],
      start: { ...started, cmd: ['node', '--version'] },
    },
    {
      name: imageNames.clusterDns,
      layers: [node, [...dns, ...cluster]],
      start: { ...started, entrypoint: ['node', `${programFolder}/cluster-dns.mjs`] },
    },
    {
      name: imageNames.dnsLogger,
      layers: [node, logger],
      start: { ...started, entrypoint: ['node', `${programFolder}/dns-logger.mjs`] },
    },
    {
      name: imageNames.pause,
      layers: [[{ path: '/pause', file: programs.pause, mode: 0o755 }]],
      start: { entrypoint: ['/pause'], user: '65535:65535' },
    },
  ];
}

/** What the images with Node have in common; one layer, so that a node stores it once. */
async function nodeLayer({ busybox }: Programs): Promise<ImageEntry[]> {
  const shell: ImageEntry[] =
    busybox === undefined
      ? []
      : [
          { path: '/bin/busybox', file: busybox, mode: 0o755 },
          ...applets.map((applet) => ({ path: `/bin/${applet}`, target: 'busybox' })),
        ];
  return [
    { path: '/usr/local/bin/node', file: execPath, mode: 0o755 },
    ...(await librariesOf(execPath)),
    ...shell,
    { path: '/etc/nsswitch.conf', text: 'hosts: files dns\n' },
    {
      path: '/etc/passwd',
      text: 'root:x:0:0:root:/:/bin/sh\nprober:x:1000:1000:prober:/tmp:/bin/sh\n',
    },
    { path: '/etc/group', text: 'root:x:0:\nprober:x:1000:\n' },
    { path: '/tmp', folder: true, mode: 0o1777 },
  ];
}

function resolverEntries({ musl, go, glibc, glibcLibraries }: Programs): ImageEntry[] {
  return [
    ...[musl, go, glibc].map((file) => ({
      path: `${resolverFolder}/${basename(file)}`,
      file,
      mode: 0o755,
    })),
    ...glibcLibraries.map((file) => ({
      path: `${glibcFolder}/${basename(file)}`,
      file,
      mode: 0o755,
    })),
  ];
}

function sourcesOf(...names: string[]): ImageEntry[] {
  return names.map((name) => ({
    path: `${programFolder}/${name}`,
    file: join(programSources, name),
    mode: 0o644,
  }));
}
