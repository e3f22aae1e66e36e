/**
 * Kuryr's programs: the controller and the CNI daemon from PyPI in a virtual environment, every file
 * pinned by hash; the Go CNI plugin and the custom resource definitions from the same release's source
 * distribution. Made once in the build root, then cached.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { inheritedEnvironment } from '../../config.ts';
import { inRoot } from '../roots/chroot.ts';

/** The release of kuryr-kubernetes that the lab runs, and the OpenStack series it belongs to. */
export const kuryrRelease = { version: '10.0.0', series: '2024.1' } as const;

/** Where machines see Kuryr's programs. */
export const kuryrMount = '/opt/kuryr';

const requirements = fileURLToPath(
  new URL(`requirements-${kuryrRelease.series}.txt`, import.meta.url),
);

/** SHA-256 of kuryr-kubernetes-10.0.0.tar.gz as PyPI publishes it. */
const sourceHash = 'b0b140038afc177291a07c456027917c681036ae5169cef033c41211e7218dfb';

const build = `
set -e
cd /opt/kuryr
python3 -m venv venv
venv/bin/pip install --quiet --require-hashes --no-deps -r /in/requirements.txt
mkdir -p source
venv/bin/python - <<'PYTHON'
import re
text = open("/in/requirements.txt").read()
build = [block for block in re.split(r"\\n(?=[a-z])", text) if re.match(r"(pbr|setuptools)==", block)]
open("/tmp/build-requirements.txt", "w").write("\\n".join(build) + "\\n")
PYTHON
printf 'kuryr-kubernetes==%s --hash=sha256:%s\\n' "$1" "$2" > /tmp/source.txt
venv/bin/pip download --quiet --no-deps --no-build-isolation --no-binary kuryr-kubernetes --require-hashes -d /tmp/source -r /tmp/source.txt
tar -xzf /tmp/source/kuryr-kubernetes-"$1".tar.gz -C source --strip-components=1
cd source/kuryr_cni
env HOME=/tmp GOCACHE=/tmp/gocache GOFLAGS=-mod=vendor CGO_ENABLED=0 go build -trimpath -o /opt/kuryr/kuryr-cni ./pkg
rm -rf /opt/kuryr/source/kuryr_cni /opt/kuryr/source/doc /opt/kuryr/source/releasenotes
`;

/** Folder of Kuryr's finished programs. */
export async function kuryrPath(cache: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .update(build)
    .digest('hex')
    .slice(0, 16);
  return join(cache, 'kuryr', `${kuryrRelease.version}-${digest}`);
}

/** pip's configuration as this host has it: variables, files and the bundle of authorities. */
function pipOfHost(): { env: Record<string, string>; binds: Record<string, string> } {
  const env = Object.fromEntries(
    Object.entries(inheritedEnvironment()).filter(
      ([name]) => name.startsWith('PIP_') || /^(https?|no)_proxy$/i.test(name),
    ),
  );
  const files: [string, string][] = [
    ['/etc/pip.conf', '/etc/pip.conf'],
    [join(homedir(), '.config/pip/pip.conf'), '/root/.config/pip/pip.conf'],
    ['/etc/resolv.conf', '/etc/resolv.conf'],
    ['/etc/hosts', '/etc/hosts'],
    ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/certs/ca-certificates.crt'],
    ...[env['PIP_CERT'], env['PIP_FIND_LINKS']]
      .filter((path): path is string => path?.startsWith('/') === true)
      .map((path): [string, string] => [path, path]),
  ];
  return { env, binds: Object.fromEntries(files.filter(([host]) => existsSync(host))) };
}

/** Makes Kuryr's programs or finds them made; gives their folder. */
export async function installKuryr(source: {
  readonly cache: string;
  readonly buildRoot: string;
  readonly log: string;
}): Promise<string> {
  const target = await kuryrPath(source.cache);
  if (existsSync(target)) return target;
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, 'in'), { recursive: true });
  await mkdir(join(partial, 'out'), { recursive: true });
  await cp(requirements, join(partial, 'in/requirements.txt'));
  const pip = pipOfHost();
  await inRoot(source.buildRoot, ['sh', '-c', build, 'kuryr', kuryrRelease.version, sourceHash], {
    binds: { ...pip.binds, [join(partial, 'out')]: kuryrMount, [join(partial, 'in')]: '/in' },
    env: { ...pip.env, HOME: '/root' },
    log: source.log,
  });
  await writeFile(join(partial, 'out/release'), `${kuryrRelease.version}\n`);
  await rename(join(partial, 'out'), target);
  await rm(partial, { recursive: true, force: true });
  return target;
}
