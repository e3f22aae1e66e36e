/**
 * Starts the process of an embedded stack for a run, and sees to it that nothing of it stays: the
 * process watches its parent, the parent its process, and each removes the folder of the other.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from '../errors.ts';
import type { HostedStack } from '../stack.ts';
import { ask } from './control-client.ts';
import { descriptionForm, type Report, socketName } from './control-forms.ts';

const program = fileURLToPath(new URL('process.mjs', import.meta.url));
const startMs = 240_000;
const endMs = 10_000;

/** Starts a stack from the name or the file of its profile; resolves when all of it is up. */
export async function hostEmbedded(profile: string): Promise<HostedStack> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-stack-'));
  const child = fork(program, [profile, folder], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const words = hear(child);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (status, signal) => {
      resolve(`its process ended with ${signal ?? status ?? 'nothing'}. ${words()}`);
    });
  });
  let isDisposed = false;
  const dispose = async (): Promise<void> => {
    isDisposed = true;
    if (child.connected) child.disconnect();
    const tooLate = setTimeout(() => child.kill('SIGKILL'), endMs);
    await ended;
    clearTimeout(tooLate);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(child, words);
    const socketPath = join(folder, socketName);
    const { access } = await ask(socketPath, { op: 'describe' }, descriptionForm);
    const broken = new Promise<string>((resolve) => {
      void ended.then((how) => {
        if (!isDisposed) resolve(how);
      });
    });
    return { socketPath, access, broken, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The last words of a process that ends in disorder are on its standard error. */
function hear(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = `${text}${chunk.toString()}`.slice(-4_000);
  });
  return () => text.trim();
}

async function ready(child: ChildProcess, words: () => string): Promise<void> {
  const deadline = AbortSignal.timeout(startMs);
  await new Promise<void>((resolve, reject) => {
    const fail = (what: string, code = 'STACK_NOT_STARTED'): void => {
      reject(new StackError(code, `Starting the embedded stack: ${what}`));
    };
    child.once('message', (report: Report) => {
      if (report.kind === 'ready') resolve();
      else fail(report.message, report.code === '' ? undefined : report.code);
    });
    child.once('error', (error) => {
      fail(error.message);
    });
    child.once('exit', (status, signal) => {
      fail(`its process ended with ${signal ?? status ?? 'nothing'} before it was up. ${words()}`);
    });
    deadline.addEventListener('abort', () => {
      fail(`it was not up after ${startMs / 1_000} s. ${words()}`);
    });
  });
}
