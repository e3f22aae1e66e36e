/**
 * The control channel to one prober: requests go in, their replies come out, over any pair of streams.
 * When the stream drops, the channel opens a new one and repeats what is unanswered, once; the prober
 * does not run a repeated request again. A second drop is a ProbeError, never a verdict.
 */
import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { ProbeError } from '#env';
import { encodeOrder, FrameDecoder, type Message } from './frames.ts';

/** The two streams of a prober's standard input and output. */
export interface ChannelStream {
  readonly input: Writable;
  readonly output: Readable;
  close(): void;
}

/** Opens the streams of a prober: attaches to a pod, or starts a process. */
export type OpenStream = (signal: AbortSignal) => Promise<ChannelStream>;

/** How long a channel waits for a prober that says nothing. */
export interface ChannelPatience {
  /** For the first answer on a new stream. */
  readonly helloMs: number;
  /** For a reply, beyond the time that the request itself may take. */
  readonly graceMs: number;
}

/** What is asked, how long it may take, and who may give it up. */
export interface Request {
  readonly order: { readonly op: string } & Readonly<Record<string, unknown>>;
  readonly withinMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The messages that answer one request, and how far the prober's clock is ahead of ours. */
export interface Replies {
  readonly messages: readonly Message[];
  readonly clockAheadMs: number;
}

interface Pending {
  readonly id: string;
  readonly line: string;
  readonly withinMs: number;
  readonly resolve: (replies: Replies) => void;
  readonly reject: (error: Error) => void;
  messages: Message[];
  drops: number;
  timer?: NodeJS.Timeout;
}

interface Link {
  readonly stream: ChannelStream;
  clockAheadMs: number;
  isDropped: boolean;
}

const patienceByDefault: ChannelPatience = { helloMs: 20_000, graceMs: 10_000 };
const helloEveryMs = 1_000;

/** A control channel to one prober, opened at the first request and kept open. */
export class ProbeChannel {
  readonly name: string;
  readonly #open: OpenStream;
  readonly #patience: ChannelPatience;
  readonly #pending = new Map<string, Pending>();
  readonly #closed = new AbortController();
  #link: Promise<Link> | undefined;
  /** The link that has said hello and has not dropped. */
  #current: Link | undefined;

  constructor(name: string, open: OpenStream, patience: ChannelPatience = patienceByDefault) {
    this.name = name;
    this.#open = open;
    this.#patience = patience;
  }

  /** Sends a request and collects its replies. */
  async request({ order, withinMs, signal }: Request): Promise<Replies> {
    const id = randomUUID();
    let onAbort = (): void => undefined;
    const replies = new Promise<Replies>((resolve, reject) => {
      const pending: Pending = {
        ...{ id, withinMs, resolve, reject, messages: [], drops: 0 },
        line: encodeOrder({ id, ...order }),
      };
      onAbort = () => {
        this.#giveUp(pending, order.op);
      };
      this.#pending.set(id, pending);
      void this.#send(pending);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal?.aborted === true) {
        onAbort();
      }
      return await replies;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      clearTimeout(this.#pending.get(id)?.timer);
      this.#pending.delete(id);
    }
  }

  /** Closes the stream; what is unanswered fails. */
  close(): void {
    this.#closed.abort();
    const link = this.#link;
    this.#link = undefined;
    this.#current = undefined;
    void link?.then(
      ({ stream }) => {
        stream.close();
      },
      () => undefined,
    );
    this.#failAll('the channel was closed');
  }

  async #send(pending: Pending): Promise<void> {
    try {
      const link = await this.#linked();
      if (this.#pending.get(pending.id) === pending) {
        this.#watchOver(pending, link);
        link.stream.input.write(pending.line);
      }
    } catch (error) {
      this.#retryOrFail(pending, error);
    }
  }

  #linked(): Promise<Link> {
    if (this.#link === undefined) {
      const link = this.#connect();
      this.#link = link;
      link.catch(() => {
        if (this.#link === link) {
          this.#link = undefined;
        }
      });
    }
    return this.#link;
  }

  #watchOver(pending: Pending, link: Link): void {
    clearTimeout(pending.timer);
    const patience = pending.withinMs + this.#patience.graceMs;
    pending.timer = setTimeout(() => {
      this.#dropped(link, `it said nothing for ${patience} ms`);
    }, patience);
  }

  async #connect(): Promise<Link> {
    const stream = await this.#open(this.#closed.signal);
    if (this.#closed.signal.aborted) {
      stream.close();
      throw new Error('the channel was closed');
    }
    const link: Link = { stream, clockAheadMs: 0, isDropped: false };
    const hello = new Greeting(stream, this.#patience.helloMs);
    const decoder = new FrameDecoder();
    const onDrop = (what: string): void => {
      hello.fail(what);
      this.#dropped(link, what);
    };
    stream.output.on('data', (chunk: Buffer | string) => {
      for (const message of decoder.push(chunk)) {
        hello.take(message);
        this.#take(message, link);
      }
    });
    for (const end of [stream.output, stream.input]) {
      end.on('error', (error: Error) => {
        onDrop(error.message);
      });
      end.on('close', () => {
        onDrop('the stream was closed');
      });
    }
    stream.output.on('end', () => {
      onDrop('the stream has ended');
    });
    try {
      link.clockAheadMs = await hello.answered;
      this.#current = link;
      return link;
    } catch (error) {
      stream.close();
      throw error;
    }
  }

  #take(message: Message, link: Link): void {
    const pending =
      typeof message['id'] === 'string' ? this.#pending.get(message['id']) : undefined;
    if (pending === undefined) {
      return;
    }
    pending.messages.push(message);
    if (typeof message['error'] === 'string') {
      pending.reject(
        new ProbeError(
          'PROBE_REFUSED',
          `Asking the prober of ${this.name}: it answered "${message['error']}".`,
        ),
      );
    } else if (message['done'] === true) {
      pending.resolve({ messages: pending.messages, clockAheadMs: link.clockAheadMs });
    }
  }

  #dropped(link: Link, what: string): void {
    if (link.isDropped) {
      return;
    }
    link.isDropped = true;
    link.stream.close();
    if (link !== this.#current) {
      // It broke while it was being opened: whoever waits for it is told by that.
      return;
    }
    this.#current = undefined;
    this.#link = undefined;
    const cause = new Error(what);
    for (const pending of [...this.#pending.values()]) {
      this.#retryOrFail(pending, cause);
    }
  }

  #retryOrFail(pending: Pending, cause: unknown): void {
    pending.drops += 1;
    clearTimeout(pending.timer);
    if (pending.drops > 1 || this.#closed.signal.aborted) {
      const what = cause instanceof Error ? cause.message : String(cause);
      pending.reject(
        new ProbeError(
          'PROBE_CHANNEL_BROKEN',
          `Probing from ${this.name}: its control channel broke twice, at last because ${what}. ` +
            'Look into the log and the events of that pod or process.',
          { cause },
        ),
      );
      return;
    }
    pending.messages = [];
    void this.#send(pending);
  }

  #giveUp(pending: Pending, op: string): void {
    const order = encodeOrder({ id: randomUUID(), op: 'cancel', cancel: pending.id });
    void this.#link?.then(
      ({ stream }) => stream.input.write(order),
      () => undefined,
    );
    pending.reject(
      new ProbeError(
        'PROBE_GIVEN_UP',
        `Probing from ${this.name}: "${op}" was given up before its reply.`,
      ),
    );
  }

  #failAll(what: string): void {
    for (const pending of this.#pending.values()) {
      pending.reject(
        new ProbeError(
          'PROBE_CHANNEL_CLOSED',
          `Probing from ${this.name}: ${what} before the reply.`,
        ),
      );
    }
  }
}

/**
 * Says hello until the prober has answered twice: output of a pod that is written before the attachment
 * is lost, and the first answer of a program that is still starting says little about its clock.
 */
class Greeting {
  readonly answered: Promise<number>;
  readonly #input: Writable;
  readonly #sent = new Map<string, number>();
  #best: { readonly roundTripMs: number; readonly aheadMs: number } | undefined;
  #settle: (clockAheadMs: number | Error) => void = () => undefined;

  constructor({ input }: ChannelStream, helloMs: number) {
    this.#input = input;
    const again = setInterval(() => {
      this.#say();
    }, helloEveryMs);
    const timer = setTimeout(() => {
      this.fail(`the prober did not say hello within ${helloMs} ms`);
    }, helloMs);
    this.answered = new Promise((resolve, reject) => {
      this.#settle = (result) => {
        clearInterval(again);
        clearTimeout(timer);
        if (result instanceof Error) {
          reject(result);
        } else {
          resolve(result);
        }
      };
    });
    this.#say();
  }

  take(message: Message): void {
    const id = String(message['id']);
    const sentAt = this.#sent.get(id);
    if (sentAt === undefined || typeof message['now'] !== 'number') {
      return;
    }
    this.#sent.delete(id);
    const roundTripMs = Date.now() - sentAt;
    const aheadMs = message['now'] - (sentAt + roundTripMs / 2);
    const last = this.#best;
    this.#best =
      last !== undefined && last.roundTripMs <= roundTripMs ? last : { roundTripMs, aheadMs };
    if (last === undefined) {
      this.#say();
    } else {
      this.#settle(clockAhead(this.#best));
    }
  }

  fail(what: string): void {
    this.#settle(new Error(what));
  }

  #say(): void {
    const id = randomUUID();
    this.#sent.set(id, Date.now());
    // The line feed ends whatever a broken stream has left half written.
    this.#input.write(`\n${encodeOrder({ id, op: 'hello' })}`);
  }
}

/** A difference of clocks below the accuracy of its measurement is none. */
function clockAhead({ roundTripMs, aheadMs }: { roundTripMs: number; aheadMs: number }): number {
  return Math.abs(aheadMs) <= roundTripMs / 2 + 1 ? 0 : aheadMs;
}
