/**
 * Kubernetes programs for the lab: of a release where one can be had, else built once from the
 * distribution's source package; either way they are cached.
 *
 * Debian's source is upstream's 1.20.2 tree with its vendor folder. Two things differ from a plain
 * build: the vendored reflect2 1.0.1 faults under Go >= 1.18 on the first custom-resource write, so the
 * distribution's 1.0.2 takes its place; and the version is stamped, as the tree has no git history.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { StackError } from '../../errors.ts';
import { run } from '../base/shell.ts';
import { inRoot } from '../roots/chroot.ts';
import { sourcesFor } from '../roots/debian.ts';
import { download, serverArchive } from './kubernetes-release.ts';

/** The version that Debian bookworm's source package holds. */
export const kubernetesVersion = 'v1.20.2';

const targets = [
  'cmd/kube-apiserver',
  'cmd/kube-controller-manager',
  'cmd/kube-scheduler',
  'cmd/kubelet',
  'cmd/kubectl',
];

/** Programs that every set of Kubernetes binaries must hold. */
export const kubernetesPrograms = targets.map((target) => target.split('/').at(-1) ?? target);

/** Folder of the finished programs. */
export function kubernetesPath(cache: string): string {
  return join(cache, 'kubernetes', kubernetesVersion);
}

async function fetchSource(work: string): Promise<string> {
  const apt = join(work, 'apt');
  await mkdir(join(apt, 'lists/partial'), { recursive: true });
  await mkdir(join(apt, 'cache/archives/partial'), { recursive: true });
  const lines = (await sourcesFor('bookworm')).map((line) => line.replace(/^deb /, 'deb-src '));
  await writeFile(join(apt, 'sources.list'), `${lines.join('\n')}\n`);
  const options = [
    '-o',
    `Dir::Etc::sourcelist=${join(apt, 'sources.list')}`,
    '-o',
    'Dir::Etc::sourceparts=/dev/null',
    '-o',
    `Dir::State::lists=${join(apt, 'lists')}`,
    '-o',
    `Dir::Cache=${join(apt, 'cache')}`,
    '-o',
    'APT::Sandbox::User=root',
  ];
  await run(['apt-get', ...options, 'update', '-qq']);
  await run(['apt-get', ...options, 'source', '--download-only', 'kubernetes'], { cwd: work });
  const dsc = (await readdir(work)).find((name) => /^kubernetes_1\.20.*\.dsc$/.test(name));
  if (dsc === undefined) {
    throw new StackError(
      'LAB_NO_KUBERNETES_SOURCE',
      `Fetching the source package "kubernetes": found ${(await readdir(work)).join(', ') || 'nothing'} instead of release 1.20.`,
    );
  }
  return dsc;
}

const buildScript = `
set -e
[ -d tree ] || dpkg-source -x --skip-patches "$1" tree.partial
[ -d tree ] || mv tree.partial tree
cd tree
rm -f vendor/github.com/modern-go/reflect2/*.go vendor/github.com/modern-go/reflect2/*.s
cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.go /usr/share/gocode/src/github.com/modern-go/reflect2/*.s vendor/github.com/modern-go/reflect2/
rm -f vendor/github.com/modern-go/reflect2/*_test.go
cat > /build/version-defs <<'DEFS'
KUBE_GIT_COMMIT='faecb196815e248d3ecfb03c680a4507229c2a56'
KUBE_GIT_TREE_STATE='archive'
KUBE_GIT_VERSION='v1.20.2'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
DEFS
export KUBE_GIT_VERSION_FILE=/build/version-defs
exec make WHAT="$2"
`;

/** Takes the programs out of an upstream server archive (kubernetes-server-linux-amd64.tar.gz). */
async function unpackRelease(archive: string, target: string): Promise<void> {
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await run([
    'tar',
    '-xzf',
    archive,
    '-C',
    partial,
    '--strip-components=3',
    'kubernetes/server/bin',
  ]);
  await rename(partial, target);
}

/** Where the Kubernetes programs come from. */
export interface KubernetesSource {
  readonly cache: string;
  readonly buildRoot: string;
  readonly log: string;
  /** An upstream server archive to use instead of building. */
  readonly release?: string;
}

/**
 * Makes the Kubernetes programs or finds them made; gives their folder and where they come from. A build
 * takes about 4 minutes on two free cores and up to 12 on busy ones.
 */
export async function makeKubernetes(
  source: KubernetesSource,
): Promise<{ readonly path: string; readonly origin?: string }> {
  const path = kubernetesPath(source.cache);
  if (existsSync(path)) return { path };
  if (source.release !== undefined) {
    await unpackRelease(source.release, path);
    return { path, origin: `from ${source.release}` };
  }
  const archive = join(source.cache, 'kubernetes', 'server.tar.gz');
  await mkdir(join(source.cache, 'kubernetes'), { recursive: true });
  const unreachable = await download(serverArchive, archive);
  if (unreachable === undefined) {
    await unpackRelease(archive, path);
    await rm(archive);
    return { path, origin: 'the release of upstream' };
  }
  await build(source, path);
  return { path, origin: `built from source, as no release can be had (${unreachable})` };
}

async function build(source: KubernetesSource, target: string): Promise<void> {
  const work = join(source.cache, 'kubernetes', 'build');
  await mkdir(work, { recursive: true });
  const dsc = await fetchSource(work);
  await inRoot(source.buildRoot, ['sh', '-c', buildScript, 'build', dsc, targets.join(' ')], {
    binds: { [work]: '/build' },
    cwd: '/build',
    log: source.log,
    env: {
      HOME: '/build',
      CGO_ENABLED: '0',
      GOFLAGS: '-p=2',
      GOCACHE: '/build/gocache',
      GOPATH: '/build/gopath',
    },
  });
  const partial = `${target}.partial`;
  await mkdir(partial, { recursive: true });
  for (const program of kubernetesPrograms) {
    await copyFile(
      join(work, 'tree/_output/local/bin/linux/amd64', program),
      join(partial, program),
    );
  }
  await rename(partial, target);
  await rm(work, { recursive: true, force: true });
}
