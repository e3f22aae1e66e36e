/**
 * A UDP socket of a namespace, with the face of a `dgram.Socket`.
 */
import { EventEmitter } from 'node:events';
import { isIP } from 'node:net';
import { nextTick } from 'node:process';
import { familyOf, plainAddress } from '../packets/addresses.ts';
import type { DatagramNetwork } from './datagrams.ts';
import { type NetworkErrorCode, socketError } from './errors.ts';
import {
  asHeardAt,
  type Endpoint,
  isUnspecified,
  type SimulatedNetns,
  type UdpReceiver,
} from './netns.ts';

type Callback = (error: Error | null) => void;
type BindArgument =
  number | string | { port?: number; address?: string } | (() => void) | undefined;

/** Turns a name into an address, as the machine's resolver does. */
export type LookUp = (
  name: string,
  family: 0 | 4 | 6,
  callback: (error: Error | null, address: string) => void,
) => void;

const largestDatagram = 65_507;

/** What a socket lives on. */
export interface UdpGround {
  readonly netns: SimulatedNetns;
  readonly datagrams: DatagramNetwork;
  readonly lookUp: LookUp;
}

/** Sends and receives datagrams. */
export class SimulatedUdpSocket extends EventEmitter {
  readonly type: 'udp4' | 'udp6';
  readonly #ground: UdpGround;
  readonly #receiver: UdpReceiver & { address: string; port: number; peer: Endpoint | undefined };
  #isBound = false;
  #isClosed = false;

  constructor(type: 'udp4' | 'udp6', ground: UdpGround) {
    super();
    this.type = type;
    this.#ground = ground;
    this.#receiver = {
      ...{ address: this.#any, port: 0, peer: undefined },
      receive: (bytes, from) => {
        this.#receive(bytes, from);
      },
      fail: (code) => {
        this.#raise(this.#error(code, 'recvmsg'));
      },
      abandon: () => {
        this.#leave();
      },
    };
  }

  get #any(): string {
    return this.type === 'udp6' ? '::' : '0.0.0.0';
  }

  bind(...given: readonly BindArgument[]): this {
    const callback = given.find((word) => typeof word === 'function');
    if (callback !== undefined) this.once('listening', callback);
    const [first, second] = given;
    const { port = 0, address } =
      typeof first === 'object'
        ? first
        : {
            port: typeof first === 'number' ? first : 0,
            address: typeof second === 'string' ? second : undefined,
          };
    try {
      this.#bind(port, address ?? this.#any);
      nextTick(() => this.emit('listening'));
    } catch (error) {
      nextTick(() => {
        this.#raise(error);
      });
    }
    return this;
  }

  connect(port: number, host?: string | (() => void), callback?: () => void): void {
    const then = typeof host === 'function' ? host : callback;
    const name = typeof host === 'string' ? host : this.type === 'udp6' ? '::1' : '127.0.0.1';
    if (then !== undefined) this.once('connect', then);
    this.#resolve(name, (error, address) => {
      const failure = error ?? this.#connect(address, port);
      if (failure === undefined) this.emit('connect');
      else this.#raise(failure);
    });
  }

  disconnect(): void {
    this.#receiver.peer = undefined;
  }

  remoteAddress(): { address: string; port: number; family: string } {
    const { peer } = this.#receiver;
    if (peer === undefined) throw socketError('ENOTCONN', { syscall: 'getpeername' });
    return { ...peer, family: `IPv${familyOf(peer.address)}` };
  }

  address(): { address: string; port: number; family: string } {
    if (!this.#isBound) throw socketError('EBADF', { syscall: 'getsockname' });
    const { address, port } = this.#receiver;
    return { address, port, family: `IPv${familyOf(address)}` };
  }

  /** Takes what dgram takes: message, then offset and length, port, address, callback as far as needed. */
  send(message: string | Uint8Array | readonly Uint8Array[], ...rest: readonly unknown[]): void {
    const callback = rest.find((word): word is Callback => typeof word === 'function');
    const words = rest.filter((word) => typeof word === 'number' || typeof word === 'string');
    const isCut = this.#receiver.peer === undefined ? words.length > 2 : words.length > 1;
    const whole = bytesOf(message);
    const bytes = isCut
      ? whole.subarray(Number(words[0]), Number(words[0]) + Number(words[1]))
      : Buffer.from(whole);
    const [port, host] = isCut ? words.slice(2) : words;
    const { peer } = this.#receiver;
    if (peer !== undefined) {
      this.#transmit(bytes, peer, callback);
      return;
    }
    const fallback = this.type === 'udp6' ? '::1' : '127.0.0.1';
    this.#resolve(typeof host === 'string' ? host : fallback, (error, address) => {
      if (error === null) this.#transmit(bytes, { address, port: Number(port) }, callback);
      else this.#fail(error, callback);
    });
  }

  close(callback?: () => void): this {
    if (this.#isClosed) {
      throw Object.assign(new Error('Not running'), { code: 'ERR_SOCKET_DGRAM_NOT_RUNNING' });
    }
    if (callback !== undefined) this.once('close', callback);
    this.#leave();
    nextTick(() => this.emit('close'));
    return this;
  }

  /** Leaves its port at once and tells nobody. */
  abandon(): void {
    this.#leave();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  setBroadcast(): void {
    // There is no broadcast here.
  }

  #leave(): void {
    this.#isClosed = true;
    if (!this.#isBound) return;
    this.#isBound = false;
    const { netns } = this.#ground;
    netns.unbind(netns.receivers, this.#receiver);
    netns.freePort('udp', this.#receiver.port);
  }

  #bind(wanted: number, address: string): void {
    const { netns } = this.#ground;
    const port = netns.takePort('udp', wanted);
    Object.assign(this.#receiver, { port, address });
    try {
      netns.bind(netns.receivers, this.#receiver);
      this.#isBound = true;
    } catch (error) {
      netns.freePort('udp', port);
      throw error;
    }
  }

  #connect(address: string, port: number): Error | undefined {
    if (this.#isClosed) return undefined;
    const route = this.#ground.netns.routeTo(address);
    if (route === undefined) return this.#error('ENETUNREACH', 'connect', { address, port });
    if (!this.#isBound) this.#bind(0, this.#any);
    if (isUnspecified(this.#receiver.address)) this.#receiver.address = route.source;
    this.#receiver.peer = { address, port };
    return undefined;
  }

  #transmit(bytes: Buffer, to: Endpoint, callback: Callback | undefined): void {
    if (this.#isClosed) return;
    const { netns, datagrams } = this.#ground;
    if (bytes.length > largestDatagram) {
      this.#fail(this.#error('EMSGSIZE', 'send', to), callback);
      return;
    }
    const route = netns.routeTo(to.address);
    if (route === undefined) {
      this.#fail(this.#error('ENETUNREACH', 'send', to), callback);
      return;
    }
    if (!this.#isBound) this.#bind(0, this.#any);
    const { address, port } = this.#receiver;
    const from = { address: isUnspecified(address) ? route.source : address, port };
    datagrams.send(netns, route, { bytes, from, to, sender: this.#receiver });
    nextTick(() => callback?.(null));
  }

  #receive(bytes: Buffer, from: Endpoint): void {
    if (this.#isClosed) return;
    const address = this.type === 'udp6' ? asHeardAt('::', from.address) : from.address;
    const family = this.type === 'udp6' ? 'IPv6' : 'IPv4';
    const rinfo = { address, family, port: from.port, size: bytes.length };
    this.emit('message', Buffer.from(bytes), rinfo);
  }

  #resolve(host: string, then: (error: Error | null, address: string) => void): void {
    const plain = plainAddress(host);
    if (isIP(plain) === 0) {
      this.#ground.lookUp(host, this.type === 'udp6' ? 6 : 4, then);
      return;
    }
    nextTick(() => {
      then(null, plain);
    });
  }

  #fail(error: Error, callback: Callback | undefined): void {
    nextTick(() => {
      if (callback !== undefined) callback(error);
      else this.#raise(error);
    });
  }

  /** A program that does not listen for errors must not end the stack that it runs in. */
  #raise(error: unknown): void {
    if (!this.#isClosed && this.listenerCount('error') > 0) this.emit('error', error);
  }

  #error(code: NetworkErrorCode, syscall: string, to?: Endpoint): Error {
    return socketError(code, { syscall, ...to });
  }
}

function bytesOf(message: string | Uint8Array | readonly Uint8Array[]): Buffer {
  if (typeof message === 'string') return Buffer.from(message);
  return message instanceof Uint8Array ? Buffer.from(message) : Buffer.concat(message);
}
