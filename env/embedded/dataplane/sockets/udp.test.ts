/**
 * UDP of the simulated network, as programs of Node meet it: sizes, ICMP errors, and flows through NAT.
 */
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import type { Axes } from '../../world.ts';
import { modulesIn, type SeenModules, TestSite } from '../testing/site.ts';

const a = '10.20.0.10';
const b = '10.20.1.20';
const port = 8080;
const vip = '10.79.0.5';
const headers = 28;
const mtu = 1_442;

function twoPods(axes: Partial<Axes> = {}): {
  site: TestSite;
  client: SeenModules;
  server: SeenModules;
} {
  const site = new TestSite(axes);
  site.pod('a', a);
  site.pod('b', b, { node: 'n2' });
  return { site, client: modulesIn(site, 'a'), server: modulesIn(site, 'b') };
}

/** A server that answers with what it has seen of the client. */
async function answering({ dgram }: SeenModules, type: 'udp4' | 'udp6' = 'udp4'): Promise<Socket> {
  const socket = dgram.createSocket(type);
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    socket.send(`${from.address} sent ${bytes.length}`, from.port, from.address);
  });
  socket.bind(port);
  await once(socket, 'listening');
  return socket;
}

async function connected({ dgram }: SeenModules, host: string, to = port): Promise<Socket> {
  const socket = dgram.createSocket('udp4');
  socket.connect(to, host);
  await once(socket, 'connect');
  return socket;
}

async function answerTo(socket: Socket, size: number): Promise<string | undefined> {
  socket.send(Buffer.alloc(size));
  const answer = once(socket, 'message').then(([bytes]) => String(bytes));
  return Promise.race([answer, pause(150).then(() => undefined)]);
}

test.describe('a datagram', () => {
  test('arrives and is answered', async () => {
    const { client, server } = twoPods();
    await answering(server);
    const socket = await connected(client, b);

    expect(await answerTo(socket, 5)).toBe(`${a} sent 5`);
    expect(socket.address()).toMatchObject({ address: a });
    expect(socket.remoteAddress()).toMatchObject({ address: b, port });
  });

  test('comes as a mapped address to a socket of both families', async () => {
    const { client, server } = twoPods();
    await answering(server, 'udp6');

    expect(await answerTo(await connected(client, b), 5)).toBe(`::ffff:${a} sent 5`);
  });

  test('to a port of nobody is refused by ICMP, which a connected socket hears', async () => {
    const { client } = twoPods();
    const socket = await connected(client, b, 9);
    socket.send('anybody?');

    expect(((await once(socket, 'error')) as [NodeJS.ErrnoException])[0].code).toBe('ECONNREFUSED');
  });

  test('may be sent unconnected, and is answered from the address that was asked', async () => {
    const { site, client, server } = twoPods();
    await answering(server);
    site.cloud.balancer(vip, { provider: 'ovn', protocol: 'UDP', members: [[b, port]] });
    const socket = client.dgram.createSocket('udp4');
    socket.send('hello', 80, vip);
    const [bytes, from] = (await once(socket, 'message')) as [Buffer, RemoteInfo];

    expect(String(bytes)).toBe(`${a} sent 5`);
    expect(from).toMatchObject({ address: vip, port: 80 });
  });

  test('through an amphora carries the address of the amphora', async () => {
    const { site, client, server } = twoPods();
    await answering(server);
    site.cloud.balancer(vip, { provider: 'amphora', protocol: 'UDP', members: [[b, port]] });

    expect(await answerTo(await connected(client, vip, 80), 5)).toBe(`${vip} sent 5`);
  });

  test('comes back through a floating IP to the client outside', async () => {
    const { site, server } = twoPods();
    await answering(server);
    const { balancer } = site.cloud.balancer(vip, {
      ...{ provider: 'ovn', protocol: 'UDP', members: [[b, port]] },
    });
    site.cloud.floatingIp('172.24.4.150', site.cloud.port(balancer.vip_port_id), 'router');
    using outside = modulesIn(site, 'outside');

    expect(await answerTo(await connected(outside, '172.24.4.150', 80), 5)).toBe(
      '172.24.4.20 sent 5',
    );
  });

  test('is answered although the client admits nobody', async () => {
    const { site, client, server } = twoPods();
    await answering(server);
    site.cloud.group('closed', [{ direction: 'egress' }]);
    site.cloud.row('ports', 'port-a').security_groups = ['closed'];
    site.cloud.changed();

    expect(await answerTo(await connected(client, b), 5)).toBe(`${a} sent 5`);
  });

  test('of a flow that is closed meanwhile is lost', async () => {
    const { site, client, server } = twoPods();
    await answering(server);
    const socket = await connected(client, b);
    expect(await answerTo(socket, 5)).toBe(`${a} sent 5`);

    site.cloud.row('ports', 'port-b').security_groups = [];
    site.cloud.changed();

    expect(await answerTo(socket, 5)).toBeUndefined();
  });

  test('keeps its member, and goes to another one when that is gone', async () => {
    const { site, client, server } = twoPods();
    site.pod('c', '10.20.1.21');
    using other = modulesIn(site, 'c');
    for (const [modules, name] of [
      [server, 'b'],
      [other, 'c'],
    ] as const) {
      const socket = modules.dgram.createSocket('udp4');
      socket.on('message', (_bytes, from) => {
        socket.send(name, from.port, from.address);
      });
      socket.bind(port);
      await once(socket, 'listening');
    }
    site.cloud.balancer(vip, {
      ...{ provider: 'ovn', protocol: 'UDP' },
      members: [
        [b, port],
        ['10.20.1.21', port],
      ],
    });
    const socket = await connected(client, vip, 80);
    const first = await answerTo(socket, 5);
    expect(await answerTo(socket, 5)).toBe(first);

    const { rows } = site.cloud;
    const gone = first === 'b' ? b : '10.20.1.21';
    rows.members = rows.members.filter(({ address }) => address !== gone);
    site.cloud.changed();

    expect(await answerTo(socket, 5)).toBe(first === 'b' ? 'c' : 'b');
  });
});

test.describe('the size of a datagram', () => {
  test('may be that of the MTU, and more in fragments', async () => {
    const { client, server } = twoPods();
    await answering(server);
    const socket = await connected(client, b);

    for (const size of [mtu - headers, mtu - headers + 1, 60_000]) {
      expect(await answerTo(socket, size)).toBe(`${a} sent ${size}`);
    }
  });

  test('is limited by UDP itself', async () => {
    const { client } = twoPods();
    const socket = await connected(client, b);
    const failure = new Promise<NodeJS.ErrnoException | null>((resolve) => {
      socket.send(Buffer.alloc(65_508), resolve);
    });

    expect((await failure)?.code).toBe('EMSGSIZE');
  });

  test('is lost at a smaller network behind a router of OVN', async () => {
    const { site, client, server } = twoPods();
    await answering(server);
    site.cloud.row('networks', 'two').mtu = 1_300;
    site.cloud.changed();
    const socket = await connected(client, b);

    expect(await answerTo(socket, 1_200)).toBe(`${a} sent 1200`);
    expect(await answerTo(socket, 1_400)).toBeUndefined();
    expect(await answerTo(socket, 3_000)).toBeUndefined();
  });

  test('is told by a Linux router, after which datagrams are fragmented', async () => {
    const { site, client, server } = twoPods({ ml2: 'ovs', firewall: 'openvswitch' });
    await answering(server);
    site.cloud.row('networks', 'two').mtu = 1_300;
    site.cloud.changed();
    const socket = await connected(client, b);
    socket.send(Buffer.alloc(1_400));

    expect(((await once(socket, 'error')) as [NodeJS.ErrnoException])[0].code).toBe('EMSGSIZE');
    expect(await answerTo(socket, 1_400)).toBe(`${a} sent 1400`);
  });
});
