/**
 * The broker of a run: leases load balancers and floating IPs up to the limits of the profile. It lives
 * in the process that starts the run, so it outlives Playwright's workers, and it listens on a socket
 * that only this user can open.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import { Ledger, type Ruling } from './ledger.ts';
import { hearLines } from './lines.ts';
import {
  type BrokerAnswer,
  type BrokerRequest,
  type LeaseLimits,
  requestIn,
  wholePresence,
} from './protocol.ts';

/** A running broker. */
export interface Broker extends AsyncDisposable {
  /** Hand it to the workers in RunContext.brokerSocket. */
  readonly socketPath: string;
  /** Ends every lease and removes the socket. */
  close(): Promise<void>;
}

/** Starts the broker of a run in this process. */
export async function startBroker(scarce: Omit<LeaseLimits, 'presence'>): Promise<Broker> {
  const limits = { ...scarce, presence: wholePresence };
  const folder = await mkdtemp(join(tmpdir(), 'kc-broker-'));
  await chmod(folder, 0o700);
  const socketPath = join(folder, 'broker.sock');
  const desk = new Desk(limits);
  const server = createServer((socket) => {
    desk.serve(socket);
  });
  await listening(server, socketPath);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      desk.hangUp();
      await closed;
      await rm(folder, { recursive: true, force: true });
    })();
    return closing;
  };
  return { socketPath, close, [Symbol.asyncDispose]: close };
}

async function listening(server: Server, socketPath: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new StackError(
          'BROKER_NOT_STARTED',
          `Starting the broker on "${socketPath}": ${cause.message}. Check the folder for temporary files.`,
          {
            cause,
          },
        ),
      );
    });
    server.listen(socketPath, resolve);
  });
  // The run ends when its scenarios end; an open broker must not keep the process alive.
  server.unref();
}

class Desk {
  readonly #limits: LeaseLimits;
  readonly #ledger: Ledger;
  readonly #clients = new Map<string, Socket>();
  #connections = 0;

  constructor(limits: LeaseLimits) {
    this.#limits = limits;
    this.#ledger = new Ledger(limits);
  }

  serve(socket: Socket): void {
    const name = String((this.#connections += 1));
    const claims = new Set<string>();
    this.#clients.set(name, socket);
    socket.unref();
    hearLines(socket, (line) => {
      const request = readLine(line);
      if (request === undefined) {
        socket.destroy();
        return;
      }
      const id = `${name}/${request.id}`;
      if (request.op === 'release') {
        claims.delete(id);
        this.#announce(this.#ledger.release(id));
        return;
      }
      claims.add(id);
      this.#announce(
        this.#ledger.claim({
          id,
          kind: request.kind,
          count: request.count,
          holder: `${name}/${request.holder}`,
        }),
      );
    });
    socket.once('close', () => {
      this.#clients.delete(name);
      for (const id of claims) {
        this.#announce(this.#ledger.release(id));
      }
    });
  }

  hangUp(): void {
    for (const socket of this.#clients.values()) {
      socket.destroy();
    }
  }

  #announce(rulings: readonly Ruling[]): void {
    for (const ruling of rulings) {
      const [client, id] = splitOnce(ruling.claim.id);
      this.#clients.get(client)?.write(`${JSON.stringify(this.#answer(id, ruling))}\n`);
    }
  }

  #answer(id: string, ruling: Ruling): BrokerAnswer {
    switch (ruling.verdict) {
      case 'granted':
        return { op: 'granted', id };
      case 'waiting':
        return {
          op: 'waiting',
          id,
          ahead: ruling.ahead,
          inUse: ruling.inUse,
          limit: this.#limits[ruling.claim.kind],
        };
      case 'refused':
        return { op: 'refused', id, code: ruling.code, reason: ruling.reason };
    }
  }
}

function splitOnce(id: string): [string, string] {
  const at = id.indexOf('/');
  return [id.slice(0, at), id.slice(at + 1)];
}

function readLine(line: string): BrokerRequest | undefined {
  try {
    return requestIn(line);
  } catch {
    // Not one of our clients: the connection is closed, which is an answer too.
    return undefined;
  }
}
