/**
 * The other end of the socket of a stack's process: orders with one answer, and programs at vantages that are no pods
 * vantage as if they were children of the process that asked for them.
 */
import { createConnection, type Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { z } from 'zod';
import { hearLines } from '../broker/lines.ts';
import { StackError } from '../errors.ts';
import type { ProcessHandle, StoppablePart, WayBack } from '../stack.ts';
import { type Order, outputForm, type Place } from './control-forms.ts';

const problemForm = z.object({ problem: z.string() });

/** Gives an order and gets its answer in the form that belongs to it. */
export async function ask<T extends z.ZodType>(
  path: string,
  order: Exclude<Order, { op: 'run' | 'stop' }>,
  form: T,
): Promise<z.output<T>> {
  const line = await new Promise<string | undefined>((resolve, reject) => {
    const socket = opened(path, order);
    hearLines(socket, resolve);
    socket.once('error', (cause) => {
      reject(gone(order.op, cause));
    });
    socket.once('close', () => {
      resolve(undefined);
    });
  });
  if (line === undefined) throw gone(order.op);
  const answer: unknown = JSON.parse(line);
  const problem = problemForm.safeParse(answer);
  if (problem.success) throw new StackError('STACK_ORDER_FAILED', problem.data.problem);
  return form.parse(answer);
}

/** Stops a part of Kuryr's; when this process ends without the way back, the part is started again. */
export async function stopPart(path: string, part: StoppablePart): Promise<WayBack> {
  const socket = opened(path, { op: 'stop', part });
  const answers: ((line: string | undefined) => void)[] = [];
  const answered = async (): Promise<void> => {
    const line = await new Promise<string | undefined>((resolve) => answers.push(resolve));
    if (line === undefined) throw gone('stop');
    const problem = problemForm.safeParse(JSON.parse(line));
    if (problem.success) throw new StackError('STACK_ORDER_FAILED', problem.data.problem);
  };
  hearLines(socket, (line) => answers.shift()?.(line));
  socket.once('error', () => undefined);
  socket.once('close', () => {
    for (const answer of answers.splice(0)) answer(undefined);
  });
  await answered();
  return () => {
    socket.write('{}\n');
    return answered();
  };
}

/** Starts a program at a vantage that is no pod. */
export function runAt(path: string, at: Place, argv: readonly string[]): ProcessHandle {
  const socket = opened(path, { op: 'run', at, argv: [...argv] });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const say = (words: object): void => {
    if (socket.writable) socket.write(`${JSON.stringify(words)}\n`);
  };
  const exited = new Promise<number | null>((resolve, reject) => {
    hearLines(socket, (line) => {
      const { out, err, exit, problem } = outputForm.parse(JSON.parse(line));
      if (out !== undefined) stdout.write(Buffer.from(out, 'base64'));
      if (err !== undefined) stderr.write(Buffer.from(err, 'base64'));
      if (exit !== undefined) resolve(exit);
      if (problem !== undefined) reject(new StackError('STACK_ORDER_FAILED', problem));
    });
    socket.once('error', (cause) => {
      reject(gone('run', cause));
    });
    socket.once('close', () => {
      stdout.end();
      stderr.end();
      // A status that has arrived stands; without one the program ended with its stack.
      resolve(null);
    });
  });
  exited.catch(() => undefined);
  return {
    stdin: inputOf(say),
    stdout,
    stderr,
    kill: () => {
      say({ isKill: true });
    },
    exited,
  };
}

function opened(path: string, order: Order): Socket {
  const socket = createConnection(path);
  socket.write(`${JSON.stringify(order)}\n`);
  return socket;
}

function inputOf(say: (words: object) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      say({ data: Buffer.from(chunk).toString('base64') });
      done();
    },
    final: (done) => {
      say({ isEnd: true });
      done();
    },
  });
}

function gone(doing: string, cause?: Error): StackError {
  return new StackError(
    'STACK_GONE',
    `Asking the process of the stack to "${doing}": ${cause?.message ?? 'it hung up'}. Its run has ended, or it broke; start the run again.`,
    { cause },
  );
}
