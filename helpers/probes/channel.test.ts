/**
 * The control channel over streams that tear: what is repeated, what is not run twice, what fails.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, test } from '@playwright/test';
import { ProbeError } from '#env';
import { ProbeChannel, type ChannelStream } from './channel.ts';
import { encodeOrder, FrameDecoder } from './frames.ts';
import { streamOfProcess } from './streams.ts';
import { type LocalProber, startProber, startServer, udpServer } from './testing.ts';

const host = '127.0.0.1';
const patience = { helloMs: 5_000, graceMs: 2_000 };

/** Lets streams come and go while the prober runs on, as an attachment to a pod does. */
async function attachable(prober: LocalProber) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const onOutput = (chunk: Buffer) => socket.write(chunk);
    prober.stdout.on('data', onOutput);
    socket.on('data', (chunk) => prober.stdin.write(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => prober.stdout.off('data', onOutput));
  });
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    sockets,
    open: async (): Promise<ChannelStream> => {
      const socket = connect(port, host);
      await once(socket, 'connect');
      return { input: socket, output: socket, close: () => socket.destroy() };
    },
    [Symbol.dispose]: () => {
      server.close();
    },
  };
}

function batchOf(port: number, timeoutMs: number) {
  const probes = [{ kind: 'udp', host, port, timeoutMs }];
  return { order: { op: 'batch', probes }, withinMs: timeoutMs };
}

test.describe('a control channel', () => {
  test('carries requests and their replies, many at a time', async () => {
    await using server = await startServer('echo-1');
    const [port = 0] = server.ports.udp;
    const channel = new ProbeChannel(
      'here',
      () => Promise.resolve(streamOfProcess(server)),
      patience,
    );

    const replies = await Promise.all([1, 2, 3].map(() => channel.request(batchOf(port, 1_000))));

    expect(replies.map(({ messages }) => messages.length)).toEqual([2, 2, 2]);
    expect(replies[0]?.messages[0]).toMatchObject({ index: 0, verdict: 'open' });
    expect(Math.abs(replies[0]?.clockAheadMs ?? Infinity)).toBeLessThan(1_000);
    channel.close();
  });

  test('opens a new stream when one drops, and nothing runs twice', async () => {
    await using prober = startProber('control');
    let received = 0;
    using silence = await udpServer(() => (received += 1));
    using attached = await attachable(prober);
    const channel = new ProbeChannel('here', attached.open, patience);

    const replies = channel.request(batchOf(silence.port, 1_000));
    await expect.poll(() => received).toBeGreaterThan(0);
    attached.sockets[0]?.resetAndDestroy();

    expect((await replies).messages[0]).toMatchObject({ verdict: 'dropped' });
    expect(received).toBe(4);
    expect(attached.sockets).toHaveLength(2);
    channel.close();
  });

  test('opens a new stream for the next request after an idle one has dropped', async () => {
    await using server = await startServer('echo-1');
    const [port = 0] = server.ports.udp;
    using attached = await attachable(server);
    const channel = new ProbeChannel('here', attached.open, patience);
    await channel.request(batchOf(port, 1_000));
    const [first] = attached.sockets;
    first?.destroy();
    await expect.poll(() => first?.closed).toBe(true);

    expect((await channel.request(batchOf(port, 1_000))).messages[0]).toMatchObject({
      verdict: 'open',
    });
    channel.close();
  });

  test('fails as a ProbeError when the stream drops twice', async () => {
    await using prober = startProber('control');
    using silence = await udpServer(() => undefined);
    using attached = await attachable(prober);
    const channel = new ProbeChannel('pod demo/a', attached.open, patience);

    const replies = channel.request(batchOf(silence.port, 10_000));
    const failure = expect(replies).rejects.toThrow(
      'Probing from pod demo/a: its control channel broke twice, at last because',
    );
    for (const count of [1, 2]) {
      await expect.poll(() => attached.sockets.length).toBe(count);
      attached.sockets[count - 1]?.destroy();
    }

    await failure;
    await expect(replies).rejects.toBeInstanceOf(ProbeError);
    channel.close();
  });

  test('fails as a ProbeError when no stream can be opened, and tries again at the next request', async () => {
    await using server = await startServer('echo-1');
    const [port = 0] = server.ports.udp;
    let attempts = 0;
    const channel = new ProbeChannel('here', () => {
      attempts += 1;
      return attempts <= 2
        ? Promise.reject(new Error('the kubelet refused'))
        : Promise.resolve(streamOfProcess(server));
    });

    await expect(channel.request(batchOf(port, 1_000))).rejects.toThrow('the kubelet refused');
    expect(attempts).toBe(2);
    await expect(channel.request(batchOf(port, 1_000))).resolves.toBeDefined();
    channel.close();
  });

  test('fails as a ProbeError when the prober never says hello', async () => {
    const open = () =>
      Promise.resolve({
        input: new PassThrough(),
        output: new PassThrough(),
        close: () => undefined,
      });
    const channel = new ProbeChannel('here', open, { helloMs: 100, graceMs: 100 });

    await expect(channel.request(batchOf(9, 100))).rejects.toThrow(
      'did not say hello within 100 ms',
    );
    channel.close();
  });

  test('fails as a ProbeError when a prober that said hello does not answer', async () => {
    const output = new PassThrough();
    const input = new PassThrough();
    input.on('data', (chunk: Buffer) => {
      const id = /"id":"([^"]+)","op":"hello"/.exec(chunk.toString())?.[1];
      output.write(`\u001ekc ${JSON.stringify({ id, done: true, now: Date.now() })}\n`);
    });
    const channel = new ProbeChannel(
      'here',
      () => Promise.resolve({ input, output, close: () => undefined }),
      { helloMs: 1_000, graceMs: 100 },
    );

    await expect(channel.request(batchOf(9, 50))).rejects.toThrow('it said nothing for 150 ms');
    channel.close();
  });

  test('is given up with its signal, and the prober is told', async () => {
    await using prober = startProber('control');
    let received = 0;
    using silence = await udpServer(() => (received += 1));
    const channel = new ProbeChannel(
      'here',
      () => Promise.resolve(streamOfProcess(prober)),
      patience,
    );
    const giveUp = new AbortController();
    const replies = channel.request({ ...batchOf(silence.port, 60_000), signal: giveUp.signal });
    const failure = expect(replies).rejects.toThrow('"batch" was given up');
    await expect.poll(() => received).toBeGreaterThan(0);
    giveUp.abort();

    await failure;
    expect(await prober.said(({ error }) => error === 'cancelled')).toBeDefined();
    channel.close();
  });

  test('passes on what the prober refuses', async () => {
    await using prober = startProber('control');
    const channel = new ProbeChannel(
      'here',
      () => Promise.resolve(streamOfProcess(prober)),
      patience,
    );

    await expect(channel.request({ order: { op: 'fly' }, withinMs: 100 })).rejects.toThrow(
      'Asking the prober of here: it answered "unknown operation "fly"".',
    );
    channel.close();
  });
});

test.describe('the frames of a prober', () => {
  test('are found among other output, however they are cut', () => {
    const text =
      'node: warning\n\u001ekc {"id":"a","text":"gr\u00fcn"}\n\u001ekc {"id":"to\u001ekc {"id":"b"}\n{"id":"c"}\n\u001ekc {"id":"d"';
    const bytes = Buffer.from(text);
    for (const size of [1, 7, bytes.length]) {
      const decoder = new FrameDecoder();
      const found = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        decoder.push(bytes.subarray(index * size, (index + 1) * size)),
      ).flat();
      expect(found).toEqual([{ id: 'a', text: 'gr\u00fcn' }, { id: 'b' }]);
    }
  });

  test('are one line each', () => {
    expect(encodeOrder({ id: 'a', text: 'one\ntwo' }).trimEnd()).not.toContain('\n');
  });
});
