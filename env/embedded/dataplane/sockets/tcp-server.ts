/**
 * A listening TCP socket of a namespace, with the face of a `net.Server`.
 */
import { EventEmitter } from 'node:events';
import { nextTick } from 'node:process';
import { familyOf } from '../packets/addresses.ts';
import type { SimulatedNetns, TcpListener } from './netns.ts';
import type { SimulatedSocket } from './tcp-socket.ts';

interface ListenOptions {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

/** What `listen` takes: options, or port and host, and at the end a callback. */
export type ListenArguments = readonly (
  ListenOptions | number | string | (() => void) | undefined
)[];

/** Listens in one namespace. */
export class SimulatedServer extends EventEmitter {
  readonly #netns: SimulatedNetns;
  readonly #allowHalfOpen: boolean;
  readonly #connections = new Set<SimulatedSocket>();
  #listener: TcpListener | undefined;

  constructor(netns: SimulatedNetns, options: { readonly allowHalfOpen?: boolean | undefined }) {
    super();
    this.#netns = netns;
    this.#allowHalfOpen = options.allowHalfOpen ?? false;
  }

  get listening(): boolean {
    return this.#listener !== undefined;
  }

  listen(...given: ListenArguments): this {
    const { port, host = '::' } = optionsOf(given);
    const callback = given.find((word) => typeof word === 'function');
    if (callback !== undefined) this.once('listening', callback);
    try {
      this.#listener = this.#bind(port ?? 0, host);
      nextTick(() => this.emit('listening'));
    } catch (error) {
      nextTick(() => this.emit('error', error));
    }
    return this;
  }

  address(): { address: string; port: number; family: string } | null {
    if (this.#listener === undefined) return null;
    const { address, port } = this.#listener;
    return { address, port, family: `IPv${familyOf(address)}` };
  }

  getConnections(callback: (error: null, count: number) => void): this {
    callback(null, this.#connections.size);
    return this;
  }

  close(callback?: (error?: Error) => void): this {
    const wasListening = this.#listener !== undefined;
    this.abandon();
    nextTick(() => {
      callback?.(wasListening ? undefined : new Error('Server is not running.'));
      this.emit('close');
    });
    return this;
  }

  /** Stops listening at once and tells nobody. */
  abandon(): void {
    if (this.#listener === undefined) return;
    this.#netns.unbind(this.#netns.listeners, this.#listener);
    this.#netns.freePort('tcp', this.#listener.port);
    this.#listener = undefined;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #bind(wanted: number, host: string): TcpListener {
    const port = this.#netns.takePort('tcp', wanted);
    const listener: TcpListener = {
      ...{ address: host, port, allowHalfOpen: this.#allowHalfOpen },
      accept: (socket) => {
        this.#connections.add(socket);
        socket.whenGone(() => this.#connections.delete(socket));
        this.emit('connection', socket);
      },
      abandon: () => {
        this.abandon();
      },
    };
    try {
      this.#netns.bind(this.#netns.listeners, listener);
    } catch (error) {
      this.#netns.freePort('tcp', port);
      throw error;
    }
    return listener;
  }
}

function optionsOf([first, second]: ListenArguments): ListenOptions {
  if (typeof first === 'object') return first;
  return {
    port: typeof first === 'number' ? first : Number(first ?? 0),
    host: typeof second === 'string' ? second : undefined,
  };
}
