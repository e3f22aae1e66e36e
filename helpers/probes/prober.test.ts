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
import { readTable, startLogger } from '../../env/images/programs/dns-logger.mjs';
import { probing, startProber, udpServer } from './testing.ts';

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

test.describe('a question to a DNS server', () => {
  const many = Array.from({ length: 40 }, (_, index) => `192.0.2.${index + 1}`);

  async function dnsServer() {
    const server = await startLogger({
      table: readTable(
        JSON.stringify({
          'many.test': many,
          'six.test': ['2001:db8::77'],
          'cut.test': ['192.0.2.1'],
        }),
      ),
      ...{ port: 0, bind: host, truncate: 'cut.test', log: () => undefined },
    });
    return { port: server.port, [Symbol.dispose]: server.close };
  }

  const dns = { kind: 'dns', name: 'many.test' } as const;

  test('tells truncation, length and every address', async () => {
    using server = await dnsServer();
    const { port } = server;

    const [plain, edns, tcp] = await Promise.all([
      probing({ ...dns, port, protocol: 'UDP' }),
      probing({ ...dns, port, protocol: 'UDP', size: 1_232, expect: { addresses: many } }),
      probing({ ...dns, port, protocol: 'TCP', expect: { addresses: many } }),
    ]);

    expect(plain).toMatchObject({ verdict: 'open', isTruncated: true, addresses: [] });
    expect(edns).toMatchObject({ verdict: 'open', isTruncated: false, addresses: many });
    expect(tcp).toMatchObject({ verdict: 'open', isTruncated: false, rcode: 'NOERROR' });
    expect(edns.bytes).toBeGreaterThan(512);
  });

  test('is a wrong answer with other addresses, and rejected for a name of nobody', async () => {
    using server = await dnsServer();
    const { port } = server;
    const asked = { port, protocol: 'UDP', expect: { addresses: ['192.0.2.1'] } } as const;

    expect(await probing({ ...dns, ...asked, name: 'cut.test' })).toMatchObject({
      verdict: 'wrong-answer',
      detail: 'expected 192.0.2.1, got a truncated answer with ""',
    });
    expect(await probing({ ...dns, ...asked, name: 'absent.test' })).toMatchObject({
      verdict: 'rejected',
      rcode: 'NXDOMAIN',
    });
    expect(
      await probing({ ...dns, port, protocol: 'TCP', name: 'six.test', rrtype: 'AAAA' }),
    ).toMatchObject({ verdict: 'open', addresses: ['2001:0db8:0000:0000:0000:0000:0000:0077'] });
  });

  test('is dropped by who is silent, and does not run without a name or a protocol', async () => {
    using server = await udpServer(() => undefined);
    const asked = { ...dns, port: server.port } as const;

    expect(await probing({ ...asked, protocol: 'UDP' })).toMatchObject({ verdict: 'dropped' });
    expect(await probing({ ...asked, protocol: 'UDP', name: 'a..b' })).toMatchObject({
      verdict: 'not-run',
      detail: '"a..b" is no name to ask for',
    });
    expect(await probing({ ...asked })).toMatchObject({
      verdict: 'not-run',
      detail: 'the protocol is "undefined" instead of TCP or UDP',
    });
  });
});

test.describe('a prober about its machine', () => {
  test('tells devices, resolv.conf and the address towards a host, and ends on demand', async () => {
    await using prober = startProber('control');
    const order = async (op: string, more: object = {}) => {
      prober.stdin.write(`${JSON.stringify({ id: op, op, ...more })}\n`);
      return prober.said(({ id }) => id === op);
    };

    expect((await order('devices'))['devices']).toContainEqual({
      name: 'lo',
      mtu: 65_536,
      kind: '',
    });
    expect(typeof (await order('resolver'))['text']).toBe('string');
    expect(await order('facing', { host: '127.0.0.9' })).toMatchObject({ address: '127.0.0.1' });
    expect((await order('end'))['done']).toBe(true);
    expect(await prober.exited).toBe(0);
  });

  test('says which address is none', async () => {
    await using prober = startProber('control');
    prober.stdin.write(`${JSON.stringify({ id: 'x', op: 'facing', host: 'there' })}\n`);

    expect(await prober.said(({ id }) => id === 'x')).toMatchObject({
      error: '"there" is no address',
    });
  });
});
