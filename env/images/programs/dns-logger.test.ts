/**
 * The logging DNS server over real UDP and TCP: its answers, its truncation, and its log.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import packet, { type Packet } from 'dns-packet';
import { readTable, startLogger } from './dns-logger.mjs';

const host = '127.0.0.1';
const table = readTable(
  JSON.stringify({
    'www.test': ['192.0.2.77', '2001:db8::77'],
    'alias.test': { CNAME: 'www.test' },
    'loop.test': { CNAME: 'loop.test' },
    'broken.test': { rcode: 'SERVFAIL' },
    'slow.test': { silent: true },
    'big.test': { A: Array.from({ length: 40 }, (_, index) => `192.0.2.${index + 1}`) },
  }),
);

async function logger(truncate = '') {
  const events: Record<string, unknown>[] = [];
  const log = (event: object) => void events.push(event as Record<string, unknown>);
  const server = await startLogger({ table, port: 0, bind: host, truncate, log });
  const resolver = new Resolver({ timeout: 300, tries: 1 });
  resolver.setServers([`${host}:${server.port}`]);
  return {
    ...{ port: server.port, resolver, events },
    [Symbol.dispose]: () => {
      server.close();
    },
  };
}

async function askUdp(port: number, query: Partial<Packet>): Promise<Packet> {
  const socket = createSocket('udp4');
  socket.send(packet.encode({ type: 'query', id: 7, ...query }), port, host);
  const [bytes] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return packet.decode(bytes);
}

test.describe('the logging DNS server', () => {
  test('answers from its table and logs protocol, type and name of each query', async () => {
    using server = await logger();

    expect(await server.resolver.resolve4('www.test')).toEqual(['192.0.2.77']);
    expect(await server.resolver.resolve6('WWW.test')).toEqual(['2001:db8::77']);
    expect(await server.resolver.resolve4('alias.test')).toEqual(['192.0.2.77']);

    expect(server.events).toMatchObject([
      { event: 'serving', port: server.port },
      {
        event: 'query',
        protocol: 'UDP',
        type: 'A',
        name: 'www.test',
        client: host,
        rcode: 'NOERROR',
        answers: 1,
      },
      { protocol: 'UDP', type: 'AAAA', name: 'www.test' },
      { protocol: 'UDP', type: 'A', name: 'alias.test', answers: 2 },
    ]);
  });

  test('tells a name without data from a name that does not exist', async () => {
    using server = await logger();
    const codeOf = (name: string, type: string) =>
      server.resolver
        .resolve(name, type)
        .catch((error: unknown) => (error as { code: string }).code);

    expect(await codeOf('www.test', 'TXT')).toBe('ENODATA');
    expect(await codeOf('no.test', 'A')).toBe('ENOTFOUND');
    expect(await codeOf('broken.test', 'A')).toBe('ESERVFAIL');
    expect(await codeOf('loop.test', 'A')).toBe('ESERVFAIL');
    expect(await codeOf('slow.test', 'A')).toBe('ETIMEOUT');
  });

  test('truncates UDP on demand, so that the resolver comes back over TCP', async () => {
    using server = await logger('www.test');

    expect(await server.resolver.resolve4('www.test')).toEqual(['192.0.2.77']);

    expect(server.events.slice(1)).toMatchObject([
      { protocol: 'UDP', name: 'www.test', truncated: true, answers: 0 },
      { protocol: 'TCP', name: 'www.test', truncated: false, answers: 1 },
    ]);
  });

  test('truncates what is too long for UDP, and keeps to what the client can take', async () => {
    using server = await logger();
    const questions = [{ type: 'A' as const, name: 'big.test' }];
    const opt = { type: 'OPT' as const, name: '.', udpPayloadSize: 4096, flags: 0, options: [] };

    const small = await askUdp(server.port, { questions });
    const large = await askUdp(server.port, { questions, additionals: [opt as never] });

    expect(small).toMatchObject({ id: 7, flag_tc: true, answers: [] });
    expect(large).toMatchObject({ flag_tc: false });
    expect(large.answers).toHaveLength(40);
    expect(large.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }]);
    expect(await server.resolver.resolve4('big.test')).toHaveLength(40);
  });

  test('serves several queries over one TCP connection, in pieces', async () => {
    using server = await logger();
    const query = packet.streamEncode({
      type: 'query',
      id: 9,
      questions: [{ type: 'A', name: 'www.test' }],
    });
    const socket = connect(server.port, host);
    const both = Buffer.concat([query, query]);
    socket.write(both.subarray(0, 1));
    socket.write(both.subarray(1, query.length + 5));
    socket.end(both.subarray(query.length + 5));
    const received: Buffer[] = [];
    for await (const chunk of socket) {
      received.push(chunk as Buffer);
    }

    const bytes = Buffer.concat(received);
    const length = bytes.readUInt16BE(0) + 2;
    expect(bytes.length).toBe(2 * length);
    expect(packet.streamDecode(bytes.subarray(length)).answers).toMatchObject([
      { data: '192.0.2.77' },
    ]);
  });

  test('does not answer what is no query', async () => {
    using server = await logger();
    const socket = createSocket('udp4');
    let answers = 0;
    socket.on('message', () => (answers += 1));
    socket.send('noise', server.port, host);
    socket.send(packet.encode({ type: 'response', id: 1, questions: [] }), server.port, host);

    expect(await server.resolver.resolve4('www.test')).toEqual(['192.0.2.77']);
    expect(answers).toBe(0);
    socket.close();
  });

  test('runs as a program', async () => {
    const file = fileURLToPath(new URL('dns-logger.mjs', import.meta.url));
    const words = ['--port', '0', '--bind', host, '--table', '{"a.test": ["192.0.2.1"]}'];
    const child = spawn(execPath, [file, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    const resolver = new Resolver();
    resolver.setServers([`${host}:${port}`]);

    expect(await resolver.resolve4('a.test')).toEqual(['192.0.2.1']);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);

    const broken = spawn(execPath, [file, '--table', '[]'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [complaint] = (await once(broken.stderr, 'data')) as [Buffer];
    expect(complaint.toString()).toContain('found no object of names');
  });
});
