/**
 * A cage: a process that holds one mutant at a time, because a mutant changes classes of its process. What
 * it holds is asked for over a socket; the one before ends first. It ends with the process that has started
 * it, and takes its files along.
 */
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { hearLines } from '../../broker/lines.ts';
import { loadProfile } from '../../profile.ts';
import { type ComposedStack, compose } from '../compose.ts';
import { serveControl } from '../control.ts';
import { socketName } from '../control-forms.ts';
import { type CageOrder, cageOrderForm, cageSocketName } from './cage-forms.ts';
import { Levers } from './levers.ts';
import { applyMutant, loadMutant } from './load.ts';
import { traceOf } from '../trace.ts';

/** Runs a cage in a folder of its own until its parent lets go. */
export async function main(folder = ''): Promise<void> {
  const cage = new Cage(folder);
  process.on('SIGINT', () => undefined);
  process.on('uncaughtException', cage.note).on('unhandledRejection', cage.note);
  const server = createServer((socket) => {
    converse(socket, cage);
  });
  await new Promise<void>((resolve) => {
    server.listen(join(folder, cageSocketName), resolve);
  });
  process.send?.('ready');
  await new Promise<void>((resolve) => {
    process.once('disconnect', resolve).once('SIGTERM', resolve);
  });
  await cage[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  process.exit();
}

function converse(socket: Socket, cage: Cage): void {
  hearLines(socket, (line) => {
    Promise.resolve()
      .then(() => cage.hold(cageOrderForm.parse(JSON.parse(line))))
      .then(
        (stackSocket) => socket.end(`${JSON.stringify({ stackSocket })}\n`),
        (error: unknown) => {
          socket.end(`${JSON.stringify({ problem: (error as Error).message })}\n`);
        },
      );
  });
}

class Cage implements AsyncDisposable {
  readonly #folder: string;
  readonly #faults: { readonly atMs: number; readonly text: string }[] = [];
  #held: (AsyncDisposable & { readonly path: string; readonly order: CageOrder }) | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  readonly note = (error: unknown): void => {
    const text = traceOf(error);
    this.#faults.push({ atMs: Date.now(), text: `A part of the stack has failed: ${text}` });
  };

  /** Lets go of what it holds, unless that is what is asked for, and starts that; gives its socket. */
  hold(order: CageOrder): Promise<string> {
    const held = this.#turn.then(() => this.#replace(order));
    this.#turn = held.catch(() => undefined);
    return held;
  }

  async #replace(order: CageOrder): Promise<string> {
    if (this.#held !== undefined && isDeepStrictEqual(this.#held.order, order)) {
      return this.#held.path;
    }
    const { profile: nameOrFile, mutant: id } = order;
    await this.#release();
    this.#count += 1;
    const folder = join(this.#folder, String(this.#count));
    await mkdir(folder, { mode: 0o700 });
    const [profile, mutant] = await Promise.all([loadProfile(nameOrFile), loadMutant(id)]);
    const levers = new Levers();
    applyMutant(mutant, levers);
    const ending = new AbortController();
    const { fittings } = levers;
    const stack = await compose(profile, { folder, ending: ending.signal, fittings }).catch(
      (error: unknown) => {
        levers[Symbol.dispose]();
        throw error;
      },
    );
    const path = join(folder, socketName);
    const control = await serveControl(path, {
      ...stack,
      complaints: (sinceMs) => [...stack.complaints(sinceMs), ...this.#faultsSince(sinceMs)],
    });
    this.#held = {
      ...{ path, order },
      [Symbol.asyncDispose]: () => ended({ stack, control, levers, folder }),
    };
    return path;
  }

  #faultsSince(sinceMs: number): string[] {
    return this.#faults.filter(({ atMs }) => atMs >= sinceMs).map(({ text }) => text);
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    await this.#release();
  }
}

async function ended(parts: {
  readonly stack: ComposedStack;
  readonly control: AsyncDisposable;
  readonly levers: Levers;
  readonly folder: string;
}): Promise<void> {
  const { stack, control, levers, folder } = parts;
  await control[Symbol.asyncDispose]();
  await Promise.allSettled([stack[Symbol.asyncDispose]()]);
  levers[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
}
