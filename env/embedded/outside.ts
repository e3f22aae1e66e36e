/**
 * Programs at the outside vantage: a machine on the external network that runs this very Node's programs
 * in the data plane. It sees the files that are named on its command line, and no others.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { ProcessHandle } from '../stack.ts';
import type { DataPlane, Netns } from './seams.ts';

const image = 'localhost/kuryr-conformance/prober:lab';

/** Starts a program at the outside vantage. */
export function runOutside(
  dataPlane: DataPlane,
  netns: Netns,
  argv: readonly string[],
): ProcessHandle {
  const files = argv.slice(1).filter((word) => isAbsolute(word));
  return dataPlane.start({
    image,
    command: argv,
    env: {},
    files: Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')])),
    resolvConf: '',
    hosts: '127.0.0.1 localhost\n',
    hostname: 'outside',
    netns,
  });
}
