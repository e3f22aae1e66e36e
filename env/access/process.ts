/**
 * Starts a program on this machine and gives it as a handle with pipes.
 */
import { spawn } from 'node:child_process';
import type { ProcessHandle } from '../stack.ts';

/** Runs a program on this machine; "node" as any word of a prefix means the Node that runs this. */
export function runHere(argv: readonly string[]): ProcessHandle {
  const [program = 'node', ...rest] = argv.map((word) =>
    word === 'node' ? process.execPath : word,
  );
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('exit', (status) => {
      resolve(status);
    });
    child.once('error', reject);
  });
  // A program that cannot be started shows in `exited`; nobody has to be waiting for it yet.
  exited.catch(() => undefined);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    kill: () => {
      child.kill('SIGKILL');
    },
    exited,
  };
}
