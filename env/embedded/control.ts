/**
 * The socket at which the process of a stack is asked: what it is, what it has to say about a failure,
 * and to run a program at a vantage that is no pod. Only this user can open it.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type {
  BalancerStatus,
  EvidenceFile,
  ProcessHandle,
  StoppablePart,
  WayBack,
} from '../stack.ts';
import { hearLines } from '../broker/lines.ts';
import { type Description, inputForm, type Order, orderForm, type Place } from './control-forms.ts';

/** What the socket gives access to. */
export interface Controlled {
  readonly description: Description;
  evidence(): Promise<readonly EvidenceFile[]>;
  complaints(sinceMs: number): readonly string[];
  start(at: Place, argv: readonly string[]): ProcessHandle;
  markBalancer(id: string, status: BalancerStatus): void;
  stop(part: StoppablePart): Promise<WayBack>;
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
  #wayBack: Promise<WayBack> | undefined;

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
    this.#socket.once('close', () => {
      this.#program?.kill();
      // Whoever has stopped a part is gone, by whatever end.
      this.#startAgain().catch(() => undefined);
    });
  }

  #hear(line: string): void {
    const said: unknown = JSON.parse(line);
    if (this.#program !== undefined) {
      this.#input(this.#program, inputForm.parse(said));
      return;
    }
    if (this.#wayBack !== undefined) {
      this.#tell(this.#startAgain(), () => this.#socket.end('{}\n'));
      return;
    }
    const order = orderForm.parse(said);
    if (order.op === 'run') {
      this.#program = this.#start(order.at, order.argv);
      return;
    }
    if (order.op === 'stop') {
      this.#wayBack = this.#stack.stop(order.part);
      this.#tell(this.#wayBack, () => {
        this.#say({});
      });
      return;
    }
    this.#tell(this.#answer(order), (answer) => this.#socket.end(`${JSON.stringify(answer)}\n`));
  }

  #tell<T>(answer: Promise<T>, say: (answer: T) => unknown): void {
    answer.then(say, (error: unknown) => {
      this.#say({ problem: (error as Error).message });
      this.#socket.end();
    });
  }

  /** Once: the end of the connection comes after the order to start again. */
  async #startAgain(): Promise<void> {
    const wayBack = this.#wayBack;
    this.#wayBack = Promise.resolve(() => Promise.resolve());
    await (
      await wayBack
    )?.();
  }

  async #answer(order: Exclude<Order, { op: 'run' | 'stop' }>): Promise<unknown> {
    switch (order.op) {
      case 'describe':
        return this.#stack.description;
      case 'evidence':
        return this.#stack.evidence();
      case 'complaints':
        return this.#stack.complaints(order.sinceMs);
      case 'mark':
        this.#stack.markBalancer(order.id, order.status);
        return {};
    }
  }

  #start(at: Place, argv: readonly string[]): ProcessHandle {
    const program = this.#stack.start(at, argv);
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
