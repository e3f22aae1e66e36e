/**
 * The workers' side of the broker: asks for leases, waits its turn with progress, and gives them back.
 * Without a broker (a scenario run by itself) every lease is granted at once.
 */
import { connect, type Socket } from 'node:net';
import { StackError } from '../errors.ts';
import { hearLines } from './lines.ts';
import { answerIn, type BrokerAnswer, type BrokerRequest, type LeaseKind } from './protocol.ts';

/** Some scarce objects that one may make; dispose of it when they are gone again. */
export interface Lease extends AsyncDisposable {
  readonly kind: LeaseKind;
  readonly count: number;
}

/** How a lease is asked for. */
export interface LeaseOptions {
  /** Whose lease it is; leases of one holder belong together. */
  readonly holder?: string;
  readonly signal?: AbortSignal;
}

/** The way to leases. */
export interface Leases extends AsyncDisposable {
  /** Waits until so many objects of a kind may be made. */
  acquire(kind: LeaseKind, count: number, options?: LeaseOptions): Promise<Lease>;
}

/** Connects to the broker of the run; `progress` hears what a lease is waiting for. */
export async function connectBroker(
  socketPath: string | undefined,
  progress: (text: string) => void = (): void => undefined,
): Promise<Leases> {
  if (socketPath === undefined) {
    return unlimited;
  }
  const socket = connect(socketPath);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => {
      reject(
        new StackError(
          'BROKER_UNREACHABLE',
          `Connecting to the broker on "${socketPath}": ${cause.message}. Start the run anew: its main process is gone.`,
          {
            cause,
          },
        ),
      );
    });
  });
  return new BrokerClient(socket, progress);
}

const unlimited: Leases = {
  acquire: (kind, count) =>
    Promise.resolve({ kind, count, [Symbol.asyncDispose]: () => Promise.resolve() }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

interface Pending {
  readonly kind: LeaseKind;
  readonly count: number;
  readonly since: number;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

class BrokerClient implements Leases {
  readonly #socket: Socket;
  readonly #progress: (text: string) => void;
  readonly #pending = new Map<string, Pending>();
  #claims = 0;
  #lost: StackError | undefined;

  constructor(socket: Socket, progress: (text: string) => void) {
    this.#socket = socket;
    this.#progress = progress;
    socket.unref();
    hearLines(socket, (line) => {
      this.#hear(answerIn(line));
    });
    socket.once('close', () => {
      this.#lost = new StackError(
        'BROKER_LOST',
        'Waiting for a lease: the broker has gone away. Start the run anew.',
      );
      for (const pending of this.#pending.values()) {
        pending.refuse(this.#lost);
      }
      this.#pending.clear();
    });
  }

  async acquire(kind: LeaseKind, count: number, options: LeaseOptions = {}): Promise<Lease> {
    const { signal, holder } = options;
    signal?.throwIfAborted();
    if (this.#lost !== undefined) {
      throw this.#lost;
    }
    const id = String((this.#claims += 1));
    const release = (): void => {
      this.#say({ op: 'release', id });
    };
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.#pending.delete(id);
        release();
        reject(reasonOf(signal));
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      const settled = (settle: () => void): void => {
        signal?.removeEventListener('abort', giveUp);
        settle();
      };
      this.#pending.set(id, {
        kind,
        count,
        since: performance.now(),
        grant: () => {
          settled(resolve);
        },
        refuse: (error) => {
          settled(() => {
            reject(error);
          });
        },
      });
      // Someone waits now: the connection has to keep the process alive until the answer is there.
      this.#socket.ref();
      this.#say({ op: 'acquire', id, kind, count, holder: holder ?? 'worker' });
    });
    let isReleased = false;
    return {
      kind,
      count,
      [Symbol.asyncDispose]: () => {
        if (!isReleased) {
          isReleased = true;
          release();
        }
        return Promise.resolve();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#socket.closed) {
        resolve();
        return;
      }
      this.#socket.ref();
      this.#socket.once('close', () => {
        resolve();
      });
      this.#socket.destroy();
    });
  }

  #say(request: BrokerRequest): void {
    if (this.#lost === undefined) {
      this.#socket.write(`${JSON.stringify(request)}\n`);
    }
  }

  #hear(answer: BrokerAnswer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) {
      return;
    }
    if (answer.op === 'waiting') {
      const seconds = Math.round((performance.now() - pending.since) / 1_000);
      this.#progress(
        `lease of ${pending.count} ${wordOf(pending.kind)}: ${answer.inUse} of ${answer.limit} are in use, ` +
          `${answer.ahead} requests are ahead, waiting for ${seconds} s`,
      );
      return;
    }
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) {
      this.#socket.unref();
    }
    if (answer.op === 'granted') {
      pending.grant();
      return;
    }
    pending.refuse(
      new StackError(
        answer.code,
        `Leasing ${pending.count} ${wordOf(pending.kind)}: ${answer.reason}. ` +
          'Raise limits of the profile, or reserve everything a scenario needs in one go.',
      ),
    );
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('The lease is no longer wanted.');
}

const words = {
  loadBalancers: 'load balancers',
  floatingIps: 'floating IPs',
  presence: 'places on the stack',
} as const satisfies Record<LeaseKind, string>;

function wordOf(kind: LeaseKind): string {
  return words[kind];
}
