/**
 * The socket at which the process of a stack is asked: what it is, what it has to say about a failure,
 * and to run a program at the outside vantage. Only this user can open it.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { EvidenceFile, ProcessHandle } from '../stack.ts';
import { hearLines } from '../broker/lines.ts';
import { type Description, inputForm, type Order, orderForm } from './control-forms.ts';

/** What the socket gives access to. */
export interface Controlled {
  readonly description: Description;
  evidence(): Promise<readonly EvidenceFile[]>;
  complaints(sinceMs: number): readonly string[];
  outside(argv: readonly string[]): ProcessHandle;
}

/** Serves the socket until it is disposed of. */
export async function serveControl(path: string, stack: Controlled): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new Conversation(socket, stack).begin();
  });
  await listening(server, path);
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

async function listening(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

class Conversation {
  readonly #socket: Socket;
  readonly #stack: Controlled;
  #program: ProcessHandle | undefined;

  constructor(socket: Socket, stack: Controlled) {
    this.#socket = socket;
    this.#stack = stack;
  }

  begin(): void {
    hearLines(this.#socket, (line) => {
      try {
        this.#hear(line);
      } catch (error) {
        // A program that nobody can start, or a line of somebody who is no client of ours.
        this.#say({ problem: (error as Error).message });
        this.#socket.end();
      }
    });
    this.#socket.once('close', () => this.#program?.kill());
  }

  #hear(line: string): void {
    const said: unknown = JSON.parse(line);
    if (this.#program !== undefined) {
      this.#input(this.#program, inputForm.parse(said));
      return;
    }
    const order = orderForm.parse(said);
    if (order.op === 'run') {
      this.#program = this.#start(order.argv);
      return;
    }
    this.#answer(order).then(
      (answer) => this.#socket.end(`${JSON.stringify(answer)}\n`),
      (error: unknown) => {
        this.#say({ problem: (error as Error).message });
        this.#socket.end();
      },
    );
  }

  async #answer(order: Exclude<Order, { op: 'run' }>): Promise<unknown> {
    switch (order.op) {
      case 'describe':
        return this.#stack.description;
      case 'evidence':
        return this.#stack.evidence();
      case 'complaints':
        return this.#stack.complaints(order.sinceMs);
    }
  }

  #start(argv: readonly string[]): ProcessHandle {
    const program = this.#stack.outside(argv);
    program.stdout.on('data', (chunk: Buffer) => {
      this.#say({ out: chunk.toString('base64') });
    });
    program.stderr.on('data', (chunk: Buffer) => {
      this.#say({ err: chunk.toString('base64') });
    });
    // A pipe that breaks because its program has ended is no news.
    program.stdin.on('error', () => undefined);
    program.exited.then(
      (exit) => {
        this.#say({ exit });
        this.#socket.end();
      },
      (error: unknown) => {
        this.#say({ problem: (error as Error).message });
        this.#socket.end();
      },
    );
    return program;
  }

  #input(
    program: ProcessHandle,
    { data, isEnd, isKill }: ReturnType<typeof inputForm.parse>,
  ): void {
    if (data !== undefined) program.stdin.write(Buffer.from(data, 'base64'));
    if (isEnd === true) program.stdin.end();
    if (isKill === true) program.kill();
  }

  #say(words: object): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(words)}\n`);
  }
}
