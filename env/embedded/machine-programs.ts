/**
 * Programs on machines that are no pods, the outside and the control plane: this very Node's programs, in
 * the data plane. They see the files that are named on their command lines, and no others.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { ProcessHandle } from '../stack.ts';
import type { DataPlane, Netns } from './seams.ts';

const image = 'localhost/kuryr-conformance/prober:lab';

/** Starts a program on a machine. */
export function runOnMachine(
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
    hostname: netns.name,
    netns,
  });
}
