/**
 * TCP connections of the simulated network, as programs of Node meet them.
 */
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { modulesIn, TestSite, type SeenModules } from '../testing/site.ts';

const a = '10.20.0.10';
const b = '10.20.1.20';
const port = 8080;

function twoPods(): { site: TestSite; client: SeenModules; server: SeenModules } {
  const site = new TestSite();
  site.pod('a', a);
  site.pod('b', b, { node: 'n2' });
  return { site, client: modulesIn(site, 'a'), server: modulesIn(site, 'b') };
}

async function listening(
  { net }: SeenModules,
  onConnection: (socket: Socket) => void,
  options: { readonly host?: string; readonly allowHalfOpen?: boolean } = {},
): Promise<Server> {
  const server = net.createServer({ allowHalfOpen: options.allowHalfOpen === true }, onConnection);
  server.listen({ port, host: options.host ?? '0.0.0.0' });
  await once(server, 'listening');
  return server;
}

function codeOf(socket: Socket): Promise<string> {
  return once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code ?? '');
}

test.describe('a TCP connection', () => {
  test('knows both ends, and carries bytes both ways', async () => {
    const { client, server } = twoPods();
    let seen: Socket | undefined;
    await listening(server, (socket) => {
      seen = socket;
      socket.setEncoding('utf8').on('data', (text) => socket.end(`${String(text)}, too`));
    });

    const socket = client.net.connect({ host: b, port });
    await once(socket, 'connect');
    socket.write('hello');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    await once(socket, 'close');

    expect(answer.toString()).toBe('hello, too');
    expect(seen).toMatchObject({ remoteAddress: a, localAddress: b, localPort: port });
    expect(socket).toMatchObject({ remoteAddress: b, remotePort: port, localAddress: a });
    expect(seen?.remotePort).toBe(socket.localPort);
  });

  test('shows IPv4 peers as mapped addresses to a server of both families', async () => {
    const { client, server } = twoPods();
    const accepted = new Promise<Socket>((resolve) => {
      void listening(server, resolve, { host: '::' });
    });
    client.net.connect({ host: b, port });

    expect((await accepted).remoteAddress).toBe(`::ffff:${a}`);
  });

  test('is refused where nobody listens', async () => {
    const { client } = twoPods();

    expect(await codeOf(client.net.connect({ host: b, port }))).toBe('ECONNREFUSED');
  });

  test('fails at once without a route', async () => {
    const { site } = twoPods();
    site.plane.createNetns('bare', '');
    using bare = modulesIn(site, 'bare');
    const began = performance.now();

    expect(await codeOf(bare.net.connect({ host: b, port }))).toBe('ENETUNREACH');
    expect(performance.now() - began).toBeLessThan(50);
  });

  test('is unreachable after three seconds when no neighbour answers', async () => {
    const { client } = twoPods();
    const began = performance.now();

    expect(await codeOf(client.net.connect({ host: '10.20.0.60', port }))).toBe('EHOSTUNREACH');
    expect(performance.now() - began).toBeGreaterThan(2_900);
  });

  test('that was dropped comes about when the SYN is repeated and let through', async () => {
    const { site, client, server } = twoPods();
    await listening(server, () => undefined);
    const target = site.cloud.row('ports', 'port-b');
    target.security_groups = [];
    site.cloud.changed();
    const socket = client.net.connect({ host: b, port });
    await pause(300);
    expect(socket.connecting).toBe(true);

    target.security_groups = ['open'];
    site.cloud.changed();
    await once(socket, 'connect');

    expect(socket.remoteAddress).toBe(b);
  });

  test('loses full segments at a smaller network behind a router of OVN, and small ones not', async () => {
    const { site, client, server } = twoPods();
    let length = 0;
    await listening(server, (socket) => {
      socket.on('data', (bytes: Buffer) => (length += bytes.length));
    });
    site.cloud.row('networks', 'two').mtu = 1_300;
    site.cloud.changed();
    const socket = client.net.connect({ host: b, port });
    socket.write(Buffer.alloc(1_000));
    await expect.poll(() => length).toBe(1_000);

    socket.write(Buffer.alloc(5_000));
    socket.write(Buffer.alloc(10));
    await pause(100);
    expect(length).toBe(1_000);
  });

  test('goes silent when its way is closed, and on when it is opened again', async () => {
    const { site, client, server } = twoPods();
    const got: string[] = [];
    await listening(server, (socket) => {
      socket.setEncoding('utf8').on('data', (text) => got.push(String(text)));
    });
    const socket = client.net.connect({ host: b, port });
    await once(socket, 'connect');
    const target = site.cloud.row('ports', 'port-b');
    target.security_groups = [];
    site.cloud.changed();

    socket.write('late');
    await pause(100);
    expect(got).toEqual([]);

    target.security_groups = ['open'];
    site.cloud.changed();
    await expect.poll(() => got).toEqual(['late']);
  });

  test('lets one side end and the other go on', async () => {
    const { client, server } = twoPods();
    await listening(
      server,
      (socket) => {
        socket.resume().on('end', () => {
          setTimeout(() => socket.end('afterwards'), 20);
        });
      },
      { allowHalfOpen: true },
    );
    const socket = client.net.connect({ host: b, port });
    socket.end('that is all');

    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('afterwards');
  });

  test('is reset by an end that is destroyed with unread bytes', async () => {
    const { client, server } = twoPods();
    await listening(server, (socket) => {
      socket.once('readable', () => socket.destroy());
    });
    const socket = client.net.connect({ host: b, port });
    socket.write('unread');

    expect(await codeOf(socket)).toBe('ECONNRESET');
  });

  test('holds the writer back while nobody reads', async () => {
    const { client, server } = twoPods();
    let reader: Socket | undefined;
    await listening(server, (socket) => {
      reader = socket.pause();
    });
    const socket = client.net.connect({ host: b, port });
    const chunk = Buffer.alloc(64 * 1_024);
    for (let index = 0; index < 20; index += 1) socket.write(chunk);
    await pause(50);
    expect(socket.writableLength).toBeGreaterThan(10 * chunk.length);

    let length = 0;
    reader?.on('data', (bytes: Buffer) => (length += bytes.length)).resume();
    await expect.poll(() => length).toBe(20 * chunk.length);
  });

  test('tells of idleness once', async () => {
    const { client, server } = twoPods();
    await listening(server, () => undefined);
    const socket = client.net.connect({ host: b, port });
    let times = 0;
    socket.setTimeout(30, () => (times += 1));
    await pause(120);

    expect(times).toBe(1);
  });
});

test.describe('a port of a machine', () => {
  test('is taken once, and free again after close', async () => {
    const { server } = twoPods();
    const first = await listening(server, () => undefined);
    const second = server.net.createServer().listen(port);

    expect(((await once(second, 'error')) as [NodeJS.ErrnoException])[0].code).toBe('EADDRINUSE');
    first.close();
    await listening(server, () => undefined);
  });

  test('is chosen when 0 is asked for', async () => {
    const { server } = twoPods();
    const listener = server.net.createServer().listen(0);
    await once(listener, 'listening');

    expect(listener.address()).toMatchObject({ address: '::', family: 'IPv6' });
  });

  test('vanishes with the machine, and nobody is told', async () => {
    const { site, client, server } = twoPods();
    await listening(server, () => undefined);
    const socket = client.net.connect({ host: b, port });
    await once(socket, 'connect');

    site.netns('b').destroy();
    socket.write('into the void');
    await pause(50);

    expect(socket.destroyed).toBe(false);
  });
});

test.describe('a balancer with an amphora', () => {
  test('takes turns, and shows its own address to members', async () => {
    const { site, client, server } = twoPods();
    site.pod('c', '10.20.1.21');
    using other = modulesIn(site, 'c');
    const seen: string[] = [];
    for (const modules of [server, other]) {
      await listening(modules, (socket) => {
        seen.push(`${String(socket.remoteAddress)} at ${String(socket.localAddress)}`);
        socket.end('hello');
      });
    }
    site.cloud.balancer('10.79.0.6', {
      provider: 'amphora',
      members: [
        [b, port],
        ['10.20.1.21', port],
      ],
    });

    for (let turn = 0; turn < 4; turn += 1) {
      const socket = client.net.connect({ host: '10.79.0.6', port: 80 });
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toBe('hello');
    }
    expect(seen).toEqual([
      `10.79.0.6 at ${b}`,
      '10.79.0.6 at 10.20.1.21',
      `10.79.0.6 at ${b}`,
      '10.79.0.6 at 10.20.1.21',
    ]);
  });

  test('speaks from its own port, whose group opens the ports of listeners', async () => {
    const { site, client, server } = twoPods();
    const seen: string[] = [];
    await listening(server, (socket) => {
      seen.push(String(socket.remoteAddress));
      socket.end('hello');
    });
    site.cloud.balancer('10.79.0.6', { provider: 'amphora', members: [[b, port]] });
    site.cloud.group('lb', [{ protocol: 'tcp', port_range_min: 80, port_range_max: 80 }]);
    site.cloud.addPort('services', '10.79.0.200', {
      ...{ device_id: 'amphora', security_groups: ['lb'] },
      allowed_address_pairs: [{ ip_address: '10.79.0.6' }],
    });
    await once(client.net.connect({ host: '10.79.0.6', port: 80 }), 'data');
    site.cloud.row('rules', site.cloud.rows.rules.at(-1)?.id ?? '').remote_ip_prefix =
      '10.9.0.0/16';
    site.cloud.changed();
    const socket = client.net.connect({ host: '10.79.0.6', port: 80 });
    await pause(100);

    expect(seen).toEqual(['10.79.0.200']);
    expect(socket.connecting).toBe(true);
    // A member on another network is reached through the amphora's own port there.
    site.cloud.addPort('two', '10.20.1.40', { device_id: 'amphora' });
    socket.destroy();
    site.cloud.row('rules', site.cloud.rows.rules.at(-1)?.id ?? '').remote_ip_prefix = null;
    site.cloud.changed();
    await once(client.net.connect({ host: '10.79.0.6', port: 80 }), 'data');
    expect(seen.at(-1)).toBe('10.20.1.40');
  });

  test('takes the connection and closes it when it has no member', async () => {
    const { site, client } = twoPods();
    site.cloud.balancer('10.79.0.6', { provider: 'amphora', members: [] });
    const socket = client.net.connect({ host: '10.79.0.6', port: 80 });
    socket.resume();

    await once(socket, 'connect');
    await once(socket, 'end');
  });

  test('asks another member when one refuses', async () => {
    const { site, client, server } = twoPods();
    await listening(server, (socket) => socket.end('hello'));
    site.pod('c', '10.20.1.21');
    site.cloud.balancer('10.79.0.6', {
      provider: 'amphora',
      members: [
        ['10.20.1.21', port],
        [b, port],
      ],
    });
    const socket = client.net.connect({ host: '10.79.0.6', port: 80 });

    expect(String(((await once(socket, 'data')) as [Buffer])[0])).toBe('hello');
  });
});
