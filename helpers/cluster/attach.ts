/**
 * A channel to the main process of a pod: its standard input and output over one WebSocket. It has the
 * shape of a local process, so that a prober is spoken to in the same way wherever it runs. It does not
 * connect again; whoever holds it hears that it ended.
 */
import { PassThrough, Writable } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { type ClientOptions, type RawData, WebSocket } from 'ws';
import { type ProcessHandle, redact, StackError } from '#env';

/** How a channel ended. */
export interface ChannelEnd {
  /** The WebSocket's close code; 1006 when the connection broke. */
  readonly code: number;
  readonly reason: string;
  readonly error?: Error;
}

/** A channel to the main process of a pod. */
export interface AttachedProcess extends ProcessHandle {
  /** Settles when the channel has ended, for whatever reason; never rejects. */
  readonly closed: Promise<ChannelEnd>;
  readonly isOpen: boolean;
}

/** The container whose process is meant. */
export interface AttachTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

const handshakeMs = 30_000;
const keepAliveMs = 20_000;
const protocol = 'v4.channel.k8s.io';
const streams = { stdin: 0, stdout: 1, stderr: 2, status: 3 } as const;

/**
 * Opens a channel to the main process of a container that was started with `stdin: true`. The client
 * library's own attach is not used: it offers version 5 of the protocol, under which it ends this very
 * process's output when the remote stream ends (client-node 1.4.0, web-socket-handler.js).
 */
export async function attach(config: KubeConfig, target: AttachTarget): Promise<AttachedProcess> {
  const doing = `Attaching to container "${target.container}" of pod "${target.namespace}/${target.pod}"`;
  const socket = new WebSocket(addressOf(config, target), [protocol], await optionsOf(config));
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let status: Error | undefined;
  socket.on('message', (message) => {
    const frame = bytesOf(message);
    const rest = frame.subarray(1);
    const channel = frame[0];
    if (channel === streams.stdout) {
      stdout.write(rest);
    } else if (channel === streams.stderr) {
      stderr.write(rest);
    } else if (channel === streams.status) {
      status = failureIn(doing, rest);
    }
  });
  const closed = endOf(socket, () => status);
  await opened(socket, doing);
  const stdin = inputOf(socket);
  const beat = heartbeat(socket);
  void closed.then(() => {
    clearInterval(beat);
    stdin.destroy();
    stdout.end();
    stderr.end();
  });
  return {
    stdin,
    stdout,
    stderr,
    kill: () => {
      socket.terminate();
    },
    exited: closed.then(() => null),
    closed,
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
  };
}

function addressOf(config: KubeConfig, { namespace, pod, container }: AttachTarget): string {
  const server = (config.getCurrentCluster()?.server ?? '')
    .replace(/^http/, 'ws')
    .replace(/\/+$/, '');
  const query = new URLSearchParams({
    container,
    stdin: 'true',
    stdout: 'true',
    stderr: 'true',
    tty: 'false',
  });
  return `${server}/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/attach?${query.toString()}`;
}

async function optionsOf(config: KubeConfig): Promise<ClientOptions> {
  const options: ClientOptions = {};
  await config.applyToHTTPSOptions(options);
  return { ...options, handshakeTimeout: handshakeMs, perMessageDeflate: false };
}

async function opened(socket: WebSocket, doing: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      resolve();
    });
    socket.once('error', (cause) => {
      reject(
        new StackError(
          'ATTACH_FAILED',
          `${doing}: the API server did not open the channel (${redact(cause.message)}). ` +
            'Check that the container runs and that the kubelet is reachable from the API server.',
          { cause },
        ),
      );
    });
  });
}

function inputOf(socket: WebSocket): Writable {
  const prefix = Buffer.from([streams.stdin]);
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      socket.send(Buffer.concat([prefix, chunk]), (error) => {
        done(error ?? null);
      });
    },
    final: (done) => {
      // Version 4 has no half-close: the end of the input is the end of the channel.
      socket.close();
      done();
    },
  }).on('error', () => {
    // A write into a broken channel; `closed` tells what happened to it.
  });
}

function endOf(socket: WebSocket, status: () => Error | undefined): Promise<ChannelEnd> {
  return new Promise((resolve) => {
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.once('close', (code, reason) => {
      const error = status() ?? failure;
      resolve({ code, reason: reason.toString('utf8'), ...(error === undefined ? {} : { error }) });
    });
  });
}

/** The last frame says how the process ended; a success is no error. */
function failureIn(doing: string, frame: Buffer): Error | undefined {
  const text = frame.toString('utf8');
  return text === '' || /"status"\s*:\s*"Success"/.test(text)
    ? undefined
    : new StackError(
        'ATTACH_ENDED',
        `${doing}: the process or the kubelet ended the channel, saying "${redact(text)}".`,
      );
}

/** A connection that vanished without a word is noticed by an unanswered ping. */
function heartbeat(socket: WebSocket): NodeJS.Timeout {
  let isAnswered = true;
  socket.on('pong', () => {
    isAnswered = true;
  });
  const timer = setInterval(() => {
    if (!isAnswered) {
      socket.terminate();
      return;
    }
    isAnswered = false;
    socket.ping();
  }, keepAliveMs);
  timer.unref();
  return timer;
}

function bytesOf(message: RawData): Buffer {
  if (Buffer.isBuffer(message)) {
    return message;
  }
  return Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message);
}
