/**
 * Runs one command inside a root, in a mount namespace that ends with the command, so that no mount
 * is left behind however the command ends.
 */
import { run } from '../base/shell.ts';

/** What a command in a root sees beside the root. */
export interface ChrootOptions {
  /** Host folder or file -> path in the root. */
  readonly binds?: Readonly<Record<string, string>>;
  /** Environment; nothing of the host's is inherited but the names listed in `inherit`. */
  readonly env?: Readonly<Record<string, string>>;
  /** File that receives the output. */
  readonly log?: string;
  readonly cwd?: string;
}

const prepare = `
set -e
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; touch "$root$2"; fi
  mount --bind "$1" "$root$2"; shift 2
done
shift
log=$1; cwd=$2; shift 2
if [ -n "$log" ]; then exec >>"$log" 2>&1; fi
exec chroot "$root" env -i -C "$cwd" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
`;

/** Runs a command in a root; gives its output (empty when a log file takes it). */
export async function inRoot(
  root: string,
  argv: readonly string[],
  options: ChrootOptions = {},
): Promise<string> {
  const binds = Object.entries(options.binds ?? {}).flat();
  const env = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`);
  return run([
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--propagation',
    'private',
    'sh',
    '-c',
    prepare,
    'in-root',
    root,
    ...binds,
    '--',
    options.log ?? '',
    options.cwd ?? '/',
    ...env,
    ...argv,
  ]);
}
