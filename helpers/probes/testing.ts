/**
 * Real probers for the tests of this folder: processes of this machine, and their framed answers.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { execPath } from 'node:process';
import type { ProcessHandle } from '#env';
import { runProbe } from './prober.mjs';
import type { Outcome, Probe } from './probe.ts';
import { FrameDecoder, type Message } from './frames.ts';
import { proberFile } from './streams.ts';

/** A prober that runs as a process of this machine. */
export interface LocalProber extends ProcessHandle, AsyncDisposable {
  readonly messages: Message[];
  /** Waits until the prober has said something that fits. */
  said(fits: (message: Message) => boolean): Promise<Message>;
}

/** Ports on which a prober serves. */
export interface ServingPorts {
  readonly tcp: number[];
  readonly udp: number[];
  readonly http: number[];
}

/** Starts a prober in the given mode. */
export function startProber(...words: string[]): LocalProber {
  const child = spawn(execPath, [proberFile, ...words], { stdio: 'pipe' });
  const exited = once(child, 'exit').then(([status]) => status as number | null);
  const decoder = new FrameDecoder();
  const messages: Message[] = [];
  let wake = (): void => undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    messages.push(...decoder.push(chunk));
    wake();
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  return {
    ...{ stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, messages, kill },
    said: async (fits) => {
      for (;;) {
        const found = messages.find(fits);
        if (found !== undefined) {
          return found;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      kill();
      await exited;
    },
  };
}

/** Starts a prober that serves TCP, UDP and HTTP on free ports of loopback. */
export async function startServer(pod: string): Promise<LocalProber & { ports: ServingPorts }> {
  const marks = ['--run', 'run-1', '--scenario', 'unit', '--pod', pod];
  const ports = ['--tcp', '0', '--udp', '0', '--http', '0'];
  const prober = startProber('serve', ...marks, ...ports, '--bind', '127.0.0.1');
  const serving = await prober.said((message) => message['event'] === 'serving');
  return { ...prober, ports: serving['ports'] as ServingPorts };
}

/** Runs one probe in this process; what is left out goes to loopback within 400 ms. */
export async function probing(
  probe: Partial<Probe> & Pick<Probe, 'kind'>,
  resolvers = '/resolvers',
): Promise<Outcome> {
  const { signal } = new AbortController();
  const full = { host: '127.0.0.1', timeoutMs: 400, ...probe };
  return runProbe(full as unknown as Parameters<typeof runProbe>[0], { signal, resolvers });
}

/** Serves UDP on a free port of loopback until it is disposed of. */
export async function udpServer(
  onMessage: (text: Buffer, reply: (text: Buffer | string) => void) => void,
): Promise<Disposable & { readonly port: number }> {
  const socket = createSocket('udp4');
  socket.on('message', (text, from) => {
    onMessage(text, (answer) => {
      socket.send(answer, from.port, from.address);
    });
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const dispose = (): void => {
    socket.close();
  };
  return { port: socket.address().port, [Symbol.dispose]: dispose };
}
