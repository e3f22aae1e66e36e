/**
 * Debian roots made with mmdebstrap from the host's own mirror. The host's apt configuration says
 * where packages come from; nothing is installed on the host, mmdebstrap itself is unpacked into the cache.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { StackError } from '../../errors.ts';
import { attempt, run } from '../base/shell.ts';

/** What one root consists of. */
export interface RootRecipe {
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly string[];
}

/** Where the host's apt finds component main, by release ("bookworm", "bookworm-security", ...). */
async function mirrorsOfHost(): Promise<Map<string, string>> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const listed = await run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  const entries = listed
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , component]) => component === 'main')
    .map(([uri = '', release = '']): [string, string] => [release, uri]);
  return new Map(entries);
}

/** The apt source lines of a suite, from the mirror that the host's own configuration names. */
export async function sourcesFor(suite: string): Promise<string[]> {
  const release = await readFile('/etc/os-release', 'utf8');
  const host = /^VERSION_CODENAME=(\S+)/m.exec(release)?.[1] ?? 'unknown release';
  const mirrors = await mirrorsOfHost();
  const mirror = mirrors.get(host);
  if (mirror === undefined) {
    throw new StackError(
      'LAB_NO_MIRROR',
      `Looking for the Debian mirror of this host: its apt configuration names none for "${host}" (component main). The lab needs a Debian host with working apt sources.`,
    );
  }
  const security = mirrors.get(`${host}-security`);
  return [
    `deb ${mirror} ${suite} main`,
    ...(suite === 'sid' ? [] : [`deb ${mirror} ${suite}-updates main`]),
    ...(suite === 'sid' || security === undefined
      ? []
      : [`deb ${security} ${suite}-security main`]),
  ];
}

/**
 * Unpacks mmdebstrap into the cache unless the host has it; gives the program's path. To be ended before
 * roots are made side by side: apt allows one user of its lists.
 */
export async function mmdebstrap(cache: string): Promise<string> {
  const installed = await attempt(['which', 'mmdebstrap']);
  if (installed !== undefined) return installed.trim();
  const folder = join(cache, 'tools', 'mmdebstrap');
  const program = join(folder, 'usr/bin/mmdebstrap');
  if (existsSync(program)) return program;
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  const download = join(cache, 'tools', 'download');
  await rm(download, { recursive: true, force: true });
  await mkdir(download, { recursive: true });
  const state = [
    '-o',
    `Dir::State::lists=${join(download, 'lists')}`,
    '-o',
    `Dir::Cache=${join(download, 'cache')}`,
    '-o',
    'APT::Sandbox::User=root',
  ];
  await mkdir(join(download, 'lists/partial'), { recursive: true });
  await mkdir(join(download, 'cache/archives/partial'), { recursive: true });
  await run(['apt-get', ...state, 'update', '-qq']);
  await run(['apt-get', ...state, 'download', 'mmdebstrap'], { cwd: download });
  const deb = (await readdir(download)).find((name) => name.endsWith('.deb'));
  if (deb === undefined) {
    throw new StackError('LAB_NO_MMDEBSTRAP', 'Fetching mmdebstrap: apt-get left no package.');
  }
  await run(['dpkg-deb', '-x', join(download, deb), partial]);
  await rename(partial, folder);
  await rm(download, { recursive: true });
  return program;
}

/** Digest of everything a root depends on; a root with another digest is made anew. */
function digestOf(recipe: RootRecipe): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
}

/** Folder of a finished root. */
export function rootPath(cache: string, recipe: RootRecipe): string {
  return join(cache, 'roots', `${recipe.name}-${digestOf(recipe)}`);
}

/** Makes a root (or finds it made); gives its folder. A half-made root is never mistaken for one. */
export async function makeRoot(cache: string, recipe: RootRecipe): Promise<string> {
  const target = rootPath(cache, recipe);
  if (existsSync(target)) return target;
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const sources = join(cache, 'roots', `${recipe.name}.list`);
  await writeFile(sources, `${(await sourcesFor(recipe.suite)).join('\n')}\n`);
  const program = await mmdebstrap(cache);
  await run([
    // mmdebstrap calls its companion mmtarfilter by name.
    'sh',
    '-c',
    'PATH="$1:$PATH" DEBIAN_FRONTEND=noninteractive; export PATH DEBIAN_FRONTEND; shift; exec "$@"',
    'mmdebstrap',
    dirname(program),
    'unshare',
    '--mount',
    '--propagation',
    'private',
    program,
    '--variant=minbase',
    '--mode=root',
    '--format=directory',
    '--dpkgopt=force-unsafe-io',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    '--aptopt=APT::Install-Recommends "0"',
    // No daemon is started by a package's installation.
    '--setup-hook=mkdir -p "$1/usr/sbin"; printf "#!/bin/sh\\nexit 101\\n" > "$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"',
    `--include=${recipe.packages.join(',')}`,
    recipe.suite,
    partial,
    sources,
  ]);
  await rename(partial, target);
  return target;
}
