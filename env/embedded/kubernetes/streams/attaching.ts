/**
 * exec and attach: the streams of a process over one WebSocket.
 */
import type { WebSocket } from 'ws';
import type { RunningProcess } from '../../seams.ts';
import type { ContainerRunner } from '../kubelet/container.ts';
import { channels, endStatus, hear, sendOn } from './channels.ts';

/** Which streams a client wants. */
export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

const beatMs = 15_000;

/** Keeps a quiet connection from being taken for a dead one. */
function keepAlive(socket: WebSocket): void {
  const timer = setInterval(() => {
    socket.ping();
  }, beatMs).unref();
  socket.once('close', () => {
    clearInterval(timer);
  });
}

/** Starts a process in a container and joins it with a socket. */
export function serveExec(
  socket: WebSocket,
  {
    process,
    command,
    wanted,
  }: { process: RunningProcess; command: readonly string[]; wanted: WantedStreams },
): void {
  keepAlive(socket);
  const run = process.exec(command);
  run.stdin.on('error', () => {
    // The process has closed its input; its end is told on the status channel.
  });
  takeInput(socket, run, { isWanted: wanted.stdin, endsWithInput: true });
  const errors = wanted.tty ? channels.stdout : channels.stderr;
  const outputs = [
    drained(run, 'stdout', (bytes) => {
      if (wanted.stdout) sendOn(socket, channels.stdout, bytes);
    }),
    drained(run, 'stderr', (bytes) => {
      if (wanted.stderr || wanted.tty) sendOn(socket, errors, bytes);
    }),
  ];
  if (!wanted.stdin) run.stdin.end();
  socket.once('close', () => {
    run.kill();
  });
  Promise.all([run.exited, ...outputs]).then(
    ([code]) => {
      finish(socket, code, command);
    },
    (error: unknown) => {
      socket.close(1011, (error as Error).message.slice(0, 100));
    },
  );
}

function drained(
  run: RunningProcess,
  from: 'stdout' | 'stderr',
  onBytes: (bytes: Buffer) => void,
): Promise<void> {
  const stream = run[from];
  stream.on('data', (chunk: Buffer | string) => {
    onBytes(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
  });
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error'] as const) {
      stream.once(event, () => {
        resolve();
      });
    }
  });
}

function takeInput(
  socket: WebSocket,
  run: RunningProcess,
  { isWanted, endsWithInput }: { isWanted: boolean; endsWithInput: boolean },
): void {
  hear(socket, {
    onBytes: (channel, bytes) => {
      if (isWanted && channel === channels.stdin && run.stdin.writable) run.stdin.write(bytes);
    },
    onClose: (channel) => {
      if (channel === channels.stdin && endsWithInput) run.stdin.end();
    },
  });
}

/** Joins the main process of a container with a socket; the process outlives the socket. */
export function serveAttach(
  socket: WebSocket,
  {
    runner,
    wanted,
    isStdinOnce,
  }: { runner: ContainerRunner; wanted: WantedStreams; isStdinOnce: boolean },
): void {
  keepAlive(socket);
  const { process } = runner;
  if (process === undefined) {
    socket.close(1011, 'the container does not run');
    return;
  }
  const stop = runner.log.listen(({ from, bytes }) => {
    if (wanted[from] || wanted.tty) {
      sendOn(socket, from === 'stderr' && !wanted.tty ? channels.stderr : channels.stdout, bytes);
    }
  });
  takeInput(socket, process, { isWanted: wanted.stdin, endsWithInput: isStdinOnce });
  socket.once('close', () => {
    stop();
    if (isStdinOnce && wanted.stdin) process.stdin.end();
  });
  const end = (): void => {
    // What was written last is still on its way through the streams.
    setImmediate(() => {
      finish(socket, 0, []);
    });
  };
  process.exited.then(end, end);
}

function finish(socket: WebSocket, code: number, command: readonly string[]): void {
  sendOn(socket, channels.status, Buffer.from(JSON.stringify(endStatus(code, command))));
  socket.close(1000);
}
