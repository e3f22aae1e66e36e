/**
 * Cages from outside: their processes are started for a run, and each worker of the run has one of its own.
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hearLines } from '../../broker/lines.ts';
import { StackError } from '../../errors.ts';
import { bundleOf } from '../bundle.mjs';
import { cageAnswerForm, type CageOrder, cageSocketName } from './cage-forms.ts';

const program = fileURLToPath(new URL('cage.mjs', import.meta.url));
const startMs = 600_000;
const endMs = 10_000;

/** The cages of a run. */
export interface Cages extends AsyncDisposable {
  /** One socket for each cage. */
  readonly sockets: readonly string[];
}

/** Starts so many cages. */
export async function startCages(count: number): Promise<Cages> {
  // Made before, lest each of them makes it.
  await bundleOf(new URL('cage.ts', import.meta.url));
  const cages = await Promise.all(Array.from({ length: count }, () => startCage()));
  return {
    sockets: cages.map(({ socket }) => socket),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(cages.map((cage) => cage[Symbol.asyncDispose]()));
    },
  };
}

async function startCage(): Promise<AsyncDisposable & { readonly socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-cage-'));
  const child = fork(program, [folder], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => {
      reject(
        new StackError('CAGE_NOT_STARTED', 'Starting a process for mutants: it did not come up.'),
      );
    };
    child.once('message', () => {
      resolve();
    });
    void ended.then(fail);
    AbortSignal.timeout(startMs).addEventListener('abort', fail);
  });
  return {
    socket: join(folder, cageSocketName),
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect();
      const tooLate = setTimeout(() => child.kill('SIGKILL'), endMs);
      await ended;
      clearTimeout(tooLate);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Has a cage hold a mutant; gives the socket of its stack. */
export async function holdMutant(cage: string, mutant: Omit<CageOrder, 'asker'>): Promise<string> {
  const order: CageOrder = { ...mutant, asker: process.pid };
  const line = await new Promise<string>((resolve, reject) => {
    const socket = createConnection(cage);
    const gone = (): void => {
      reject(
        new StackError('CAGE_GONE', `Asking for mutant "${order.mutant}": its process is gone.`),
      );
    };
    hearLines(socket, resolve);
    socket.once('error', gone).once('close', gone);
    socket.write(`${JSON.stringify(order)}\n`);
  });
  const answer = cageAnswerForm.parse(JSON.parse(line));
  if ('stackSocket' in answer) return answer.stackSocket;
  throw new StackError('STACK_NOT_STARTED', `Starting mutant "${order.mutant}": ${answer.problem}`);
}
