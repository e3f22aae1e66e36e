/**
 * The probes of the prober on real sockets of loopback: each verdict, and what it says.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { execPath } from 'node:process';
import { expect, test } from '@playwright/test';
import { startServers } from './prober.mjs';
import { probing, udpServer } from './testing.ts';

const host = '127.0.0.1';
const marks = { run: 'run-1', scenario: 'unit', pod: 'echo-1' };
const noPorts = { tcp: [], udp: [], http: [] };

async function serving(kind: 'tcp' | 'udp' | 'http') {
  const servers = await startServers({ marks, ports: { ...noPorts, [kind]: [0] }, bind: host });
  const [port = 0] = servers.ports[kind];
  return { port, [Symbol.dispose]: servers.close };
}

async function tcpServer(onConnection: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  });
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.dispose]: () => void server.close() };
}

test.describe('a probe of a server with marks', () => {
  for (const kind of ['tcp', 'udp', 'http'] as const) {
    test(`is open over ${kind} and tells who answered whom`, async () => {
      using server = await serving(kind);

      const seen = await probing({
        kind,
        port: server.port,
        expect: { ...marks, pods: ['echo-1'] },
      });

      expect(seen).toMatchObject({
        verdict: 'open',
        answeredBy: marks,
        clientAddress: host,
        ownAddress: host,
      });
      expect(seen.clientPort).toBeGreaterThan(0);
      expect(seen.latencyMs).toBeLessThan(400);
    });

    test(`is a wrong answer over ${kind} when a pod answers that is not expected`, async () => {
      using server = await serving(kind);

      const seen = await probing({
        kind,
        port: server.port,
        expect: { run: 'run-2', pods: ['a', 'b'] },
      });

      expect(seen).toMatchObject({
        verdict: 'wrong-answer',
        answeredBy: marks,
        detail: 'answered by run "run-1", expected "run-2"; pod "echo-1", expected "a" or "b"',
      });
    });
  }

  for (const [kind, size] of [
    ['tcp', 1_000_000],
    ['http', 1_000_000],
    ['udp', 1_414],
    ['udp', 60_000],
  ] as const) {
    test(`proves ${size} bytes there and back over ${kind}`, async () => {
      using server = await serving(kind);

      const seen = await probing({ kind, port: server.port, size, timeoutMs: 5_000 });

      expect(seen).toMatchObject({ verdict: 'open' });
    });
  }

  test('answers probes by name', async () => {
    using server = await serving('tcp');

    expect(
      await probing({ kind: 'tcp', host: 'localhost', port: server.port, family: 4 }),
    ).toMatchObject({
      verdict: 'open',
    });
  });

  test('is a wrong answer when a byte was changed on the way', async () => {
    using server = await serving('tcp');
    using proxy = await tcpServer((socket) => {
      const onward = connect(server.port, host);
      onward.pipe(socket);
      let taken = 0;
      socket.on('data', (chunk: Buffer) => {
        taken += chunk.length;
        if (taken > 5_000 && taken - chunk.length <= 5_000) {
          chunk.writeUInt8(chunk.readUInt8(chunk.length - 1) ^ 1, chunk.length - 1);
        }
        onward.write(chunk);
      });
    });

    const seen = await probing({ kind: 'tcp', port: proxy.port, size: 100_000, timeoutMs: 2_000 });

    expect(seen.verdict).toBe('wrong-answer');
    expect(seen.detail).toContain('100000 bytes with digest');
  });

  test('is a wrong answer when a datagram comes back short', async () => {
    using server = await serving('udp');
    const onward = createSocket('udp4');
    using proxy = await udpServer((text, reply) => {
      onward.once('message', (answer) => {
        reply(answer.subarray(0, answer.length - 1));
      });
      onward.send(text, server.port, host);
    });

    const seen = await probing({ kind: 'udp', port: proxy.port, size: 1_200 });
    onward.close();

    expect(seen).toMatchObject({ verdict: 'wrong-answer' });
    expect(seen.detail).toContain('the bytes that came back');
  });
});

test.describe('a probe of something else', () => {
  test('is rejected where nothing listens', async () => {
    const { port } = await tcpServer(() => undefined).then((server) => {
      server[Symbol.dispose]();
      return server;
    });

    const seen = await Promise.all(
      (['tcp', 'udp', 'http', 'connect-only'] as const).map((kind) => probing({ kind, port })),
    );

    expect(seen.map(({ verdict }) => verdict)).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(seen[0]?.detail).toContain('ECONNREFUSED');
  });

  test('is dropped when a datagram is never answered, after the whole timeout', async () => {
    let received = 0;
    using server = await udpServer(() => (received += 1));

    const seen = await probing({ kind: 'udp', port: server.port });

    expect(seen).toMatchObject({ verdict: 'dropped', detail: 'no answer within 400 ms' });
    expect(seen.latencyMs).toBeGreaterThan(380);
    expect(received).toBe(4);
  });

  test('survives the loss of the first datagrams', async () => {
    using server = await serving('udp');
    const onward = createSocket('udp4');
    let received = 0;
    using lossy = await udpServer((text, reply) => {
      received += 1;
      if (received > 2) {
        onward.once('message', reply);
        onward.send(text, server.port, host);
      }
    });

    const seen = await probing({ kind: 'udp', port: lossy.port });
    onward.close();

    expect(seen).toMatchObject({ verdict: 'open', answeredBy: marks });
    expect(received).toBe(3);
  });

  test('is dropped when a connection is accepted and then silent', async () => {
    using server = await tcpServer(() => undefined);

    expect(await probing({ kind: 'tcp', port: server.port })).toMatchObject({
      verdict: 'dropped',
      detail: 'the connection was accepted, but there was no answer within 400 ms',
    });
    expect(await probing({ kind: 'connect-only', port: server.port })).toMatchObject({
      verdict: 'open',
    });
  });

  test('is dropped when nobody takes the SYN', async () => {
    const program = `require('net').createServer().listen({ port: 0, host: '${host}', backlog: 1 },
      function () { process.stdout.write(String(this.address().port)); });`;
    const child = spawn(execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGSTOP');
    const port = Number(line.toString());
    const fillers = Array.from({ length: 4 }, () => connect(port, host));

    await expect
      .poll(async () => (await probing({ kind: 'tcp', port })).detail)
      .toBe('no answer within 400 ms');
    fillers.forEach((socket) => socket.destroy());
    child.kill('SIGKILL');
  });

  test('is a wrong answer when the connection is closed or reset before the answer', async () => {
    using closing = await tcpServer((socket) => socket.end());
    using resetting = await tcpServer((socket) =>
      socket.once('data', () => socket.resetAndDestroy()),
    );

    expect(await probing({ kind: 'tcp', port: closing.port })).toMatchObject({
      verdict: 'wrong-answer',
      detail: 'the connection was closed before the answer',
    });
    expect(await probing({ kind: 'tcp', port: resetting.port })).toMatchObject({
      verdict: 'wrong-answer',
      detail: 'after the connection was accepted: read ECONNRESET',
    });
  });

  test('is a wrong answer when a stranger answers', async () => {
    using tcp = await tcpServer((socket) => socket.write('220 mail.example ESMTP\n'));
    using udp = await udpServer((_, reply) => {
      reply('pong');
    });
    const web = createHttpServer((_, response) =>
      response.writeHead(503).end('no server is available\n'),
    );
    await once(web.listen(0, host), 'listening');

    expect(await probing({ kind: 'tcp', port: tcp.port })).toMatchObject({
      verdict: 'wrong-answer',
      detail: 'answered by something else: "220 mail.example ESMTP"',
    });
    expect(await probing({ kind: 'udp', port: udp.port })).toMatchObject({
      verdict: 'wrong-answer',
    });
    expect(
      await probing({ kind: 'http', port: (web.address() as AddressInfo).port }),
    ).toMatchObject({
      verdict: 'wrong-answer',
      status: 503,
    });
    web.close();
  });
});
