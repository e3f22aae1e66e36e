/**
 * A TCP connection of the simulated network, with the face of a `net.Socket`. What is written comes out at
 * the other end after a turn of the event loop, as long as the path lets packets through.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { Duplex } from 'node:stream';
import { type NetworkErrorCode, socketError } from './errors.ts';

/** Both ends, as one side sees them. */
export interface SocketEnds {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** The path between two sockets. */
export interface Path {
  /** Whether packets pass at this moment. */
  isOpen(): boolean;
  /** The most bytes in one write whose segments fit; more are lost on the way. */
  readonly largestWrite: number;
}

type Done = (error?: Error | null) => void;

/** How long a sender waits before it looks again whether a blocked path has opened. */
const retransmitMs = 400;

/** One end of a connection. */
export class SimulatedSocket extends Duplex {
  connecting = false;
  localAddress: string | undefined;
  localPort: number | undefined;
  localFamily: string | undefined;
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  remoteFamily: string | undefined;
  bytesRead = 0;
  bytesWritten = 0;
  timeout = 0;
  #peer: SimulatedSocket | undefined;
  #path: Path | undefined;
  #isOver = false;
  #isLost = false;
  #idle: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];
  #resume: (() => void) | undefined;
  readonly #onGone: (() => void)[] = [];

  constructor(options: { readonly allowHalfOpen?: boolean | undefined } = {}) {
    super({ allowHalfOpen: options.allowHalfOpen ?? false });
    // A program that does not listen for errors must not end the stack that it runs in.
    this.on('error', () => undefined);
  }

  get pending(): boolean {
    return this.#peer === undefined;
  }

  get readyState(): string {
    if (this.connecting) return 'opening';
    if (this.readable && this.writable) return 'open';
    if (this.readable) return 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** Joins two sockets over a path. */
  static join(first: SimulatedSocket, second: SimulatedSocket, path: Path): void {
    first.#peer = second;
    second.#peer = first;
    first.#path = path;
    second.#path = path;
  }

  /** Says where this socket is; the other side sees it the other way round. */
  place(ends: SocketEnds): void {
    Object.assign(this, ends);
    this.localFamily = ends.localAddress.includes(':') ? 'IPv6' : 'IPv4';
    this.remoteFamily = ends.remoteAddress.includes(':') ? 'IPv6' : 'IPv4';
  }

  /** Tells a client that it is connected. */
  connected(): void {
    this.connecting = false;
    this.#touch();
    this.emit('connect');
    this.emit('ready');
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach((go) => {
      go();
    });
  }

  /** Ends an attempt or a connection with an error of the network. */
  broken(code: NetworkErrorCode, syscall: string): void {
    const { remoteAddress, remotePort } = this;
    const where =
      syscall === 'connect' && remoteAddress !== undefined && remotePort !== undefined
        ? { address: remoteAddress, port: remotePort }
        : {};
    this.destroy(socketError(code, { syscall, ...where }));
  }

  /** Calls when the socket is gone, however that came. */
  whenGone(then: () => void): void {
    if (this.#isOver) then();
    else this.#onGone.push(then);
  }

  /** Ends it as when its machine vanishes: nobody is told. */
  abandon(): void {
    this.#peer = undefined;
    this.destroy();
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  setTimeout(timeoutMs: number, callback?: () => void): this {
    this.timeout = timeoutMs;
    if (callback !== undefined) {
      if (timeoutMs === 0) this.off('timeout', callback);
      else this.once('timeout', callback);
    }
    this.#touch();
    return this;
  }

  address(): object {
    const { localAddress: address, localPort: port, localFamily: family } = this;
    return address === undefined ? {} : { address, port, family };
  }

  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  resetAndDestroy(): this {
    this.#tellPeer((peer) => {
      peer.broken('ECONNRESET', 'read');
    });
    this.#peer = undefined;
    return this.destroy();
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    if (this.#peer === undefined) {
      this.#waiting.push(() => {
        this._write(chunk, _encoding, done);
      });
      return;
    }
    this.#carry(chunk, done);
  }

  override _final(done: Done): void {
    if (this.#peer === undefined) {
      this.#waiting.push(() => {
        this._final(done);
      });
      return;
    }
    this.#tellPeer((peer) => {
      peer.push(null);
    });
    done();
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#isOver = true;
    this.connecting = false;
    clearTimeout(this.#idle);
    const peer = this.#peer;
    // A kernel that closes a socket with unread bytes resets the connection; else it sends a FIN.
    const isUnread = this.readableLength > 0;
    if (peer !== undefined && !this.writableFinished) {
      this.#tellPeer((other) => {
        if (isUnread) other.broken('ECONNRESET', 'read');
        else other.push(null);
      });
    }
    this.#resume?.();
    this.#onGone.forEach((then) => {
      then();
    });
    done(error);
  }

  /** Runs at the other end after a turn of the event loop, behind everything that was sent before. */
  #tellPeer(tell: (peer: SimulatedSocket) => void): void {
    const peer = this.#peer;
    const path = this.#path;
    setImmediate(() => {
      if (peer === undefined || peer.#isOver || peer.readableEnded) return;
      if (path?.isOpen() === true) tell(peer);
    });
  }

  #carry(chunk: Buffer, done: Done): void {
    this.#touch();
    if (chunk.length > (this.#path?.largestWrite ?? Number.POSITIVE_INFINITY)) this.#isLost = true;
    if (this.#isLost) {
      // The segments vanish; the sender's kernel goes on trying, and nothing after them arrives either.
      return;
    }
    const copy = Buffer.from(chunk);
    setImmediate(() => {
      this.#arrive(copy, done);
    });
  }

  #arrive(bytes: Buffer, done: Done): void {
    const peer = this.#peer;
    if (peer === undefined || this.#isOver) {
      done();
      return;
    }
    if (this.#path?.isOpen() !== true) {
      setTimeout(() => {
        this.#arrive(bytes, done);
      }, retransmitMs).unref();
      return;
    }
    this.bytesWritten += bytes.length;
    if (peer.#isOver) {
      done();
      this.broken('ECONNRESET', 'write');
      return;
    }
    peer.#receive(bytes, done);
  }

  #receive(bytes: Buffer, done: Done): void {
    this.#touch();
    this.bytesRead += bytes.length;
    if (this.push(bytes)) done();
    else this.#resume = done;
  }

  #touch(): void {
    clearTimeout(this.#idle);
    if (this.timeout > 0 && !this.#isOver) {
      this.#idle = setTimeout(() => this.emit('timeout'), this.timeout).unref();
    }
  }
}
