/**
 * The cluster's DNS server against a small API server on loopback: names, changes, and an API server that
 * goes away, forgets, or says 410 Gone.
 */
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { startClusterDns } from './cluster-dns.mjs';
import { ClusterNames, type Endpoints, type Service } from './cluster-names.mjs';

const host = '127.0.0.1';

function service(name: string, spec: Service['spec']): Service {
  return { metadata: { name, namespace: 'demo' }, spec };
}

const web = service('web', {
  clusterIP: '10.96.0.7',
  ports: [
    { name: 'http', port: 80, protocol: 'TCP' },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ],
});
const headless = service('db', { clusterIP: 'None' });
const external = service('far', { type: 'ExternalName', externalName: 'far.example.' });
const lonely = service('lonely', { clusterIP: 'None' });
const endpoints: Endpoints = {
  metadata: { name: 'db', namespace: 'demo' },
  subsets: [
    {
      addresses: [{ ip: '10.0.0.4', hostname: 'db-0' }, { ip: '10.0.0.5' }],
      notReadyAddresses: [{ ip: '10.0.0.6' }],
      ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
    },
  ],
};

test.describe('the names of a cluster', () => {
  const state = {
    services: new Map(
      [web, headless, external, lonely].map((item) => [`demo/${item.metadata.name}`, item]),
    ),
    endpoints: new Map([['demo/db', endpoints]]),
  };
  const names = new ClusterNames(state, 'cluster.local');
  const short = ({ rcode, answers }: ReturnType<ClusterNames['answer']>) =>
    rcode ?? (answers ?? []).map((record) => ('data' in record ? record.data : ''));

  const rows: readonly [string, string, unknown][] = [
    ['web.demo.svc.cluster.local', 'A', ['10.96.0.7']],
    ['web.demo.svc.cluster.local', 'AAAA', []],
    ['db.demo.svc.cluster.local', 'A', ['10.0.0.4', '10.0.0.5']],
    ['db-0.db.demo.svc.cluster.local', 'A', ['10.0.0.4']],
    ['10-0-0-5.db.demo.svc.cluster.local', 'A', ['10.0.0.5']],
    ['db-9.db.demo.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['lonely.demo.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['far.demo.svc.cluster.local', 'A', ['far.example']],
    ['no.demo.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['demo.svc.cluster.local', 'A', []],
    ['other.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['10-0-0-9.demo.pod.cluster.local', 'A', ['10.0.0.9']],
    ['web.demo.pod.cluster.local', 'A', 'NXDOMAIN'],
    ['7.0.96.10.in-addr.arpa', 'PTR', ['web.demo.svc.cluster.local']],
    ['4.0.0.10.in-addr.arpa', 'PTR', ['db-0.db.demo.svc.cluster.local']],
    ['9.9.9.9.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    ['dns-version.cluster.local', 'TXT', ['1.1.0']],
    ['www.example', 'A', 'NXDOMAIN'],
    ['_http._udp.web.demo.svc.cluster.local', 'SRV', 'NXDOMAIN'],
    ['_http._tcp.web.demo.svc.cluster.local', 'A', []],
  ];
  for (const [name, type, expected] of rows) {
    test(`answer ${type} ${name}`, () => {
      expect(short(names.answer({ name, type }))).toEqual(expected);
    });
  }

  test('name the ports of services, with the addresses beside', () => {
    expect(
      names.answer({ name: '_http._tcp.web.demo.svc.cluster.local', type: 'SRV' }),
    ).toMatchObject({
      answers: [{ data: { port: 80, target: 'web.demo.svc.cluster.local' } }],
      additionals: [{ name: 'web.demo.svc.cluster.local', data: '10.96.0.7' }],
    });
    expect(
      names.answer({ name: '_sql._tcp.db.demo.svc.cluster.local', type: 'SRV' }),
    ).toMatchObject({
      answers: [
        { data: { port: 5432, target: 'db-0.db.demo.svc.cluster.local' } },
        { data: { port: 5432, target: '10-0-0-5.db.demo.svc.cluster.local' } },
      ],
    });
  });

  test('say how long a denial may be kept', () => {
    expect(
      names.answer({ name: 'no.demo.svc.cluster.local', type: 'A' }).authorities,
    ).toMatchObject([{ type: 'SOA', name: 'cluster.local', data: { minimum: 5 } }]);
    expect(names.answer({ name: 'www.example', type: 'A' }).authorities).toEqual([]);
  });
});

interface Watching {
  readonly path: string;
  readonly version: string;
  readonly response: ServerResponse;
}

/** Speaks as much of the API as the server needs: lists, and watches that a test feeds. */
async function apiServer() {
  const state = { services: [web], version: 10, isBroken: false };
  const watches: Watching[] = [];
  const tokens: (string | undefined)[] = [];
  let lists = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://api');
    tokens.push(request.headers.authorization);
    if (state.isBroken) {
      response.writeHead(503).end();
      return;
    }
    if (url.searchParams.get('watch') === 'true') {
      const version = url.searchParams.get('resourceVersion') ?? '';
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      watches.push({ path: url.pathname, version, response });
      return;
    }
    lists += url.pathname.endsWith('services') ? 1 : 0;
    const items = url.pathname.endsWith('services') ? state.services : [];
    response.end(JSON.stringify({ metadata: { resourceVersion: `${state.version}` }, items }));
  });
  await once(server.listen(0, host), 'listening');
  return {
    state,
    tokens,
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    lists: () => lists,
    watch: () => watches.filter(({ path }) => path === '/api/v1/services'),
    send: (type: string, object: object) => {
      const line = `${JSON.stringify({ type, object })}\n`;
      const last = watches.filter(({ path }) => path === '/api/v1/services').at(-1);
      last?.response.write(line.slice(0, 9));
      last?.response.write(line.slice(9));
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
    cut: () => {
      server.closeAllConnections();
    },
  };
}

async function clusterDns(tokenFile: string) {
  const api = await apiServer();
  await writeFile(tokenFile, 'first\n');
  const events: Record<string, unknown>[] = [];
  const server = await startClusterDns({
    flags: {
      port: '0',
      'ready-port': '0',
      bind: host,
      api: api.url,
      'token-file': tokenFile,
      'log-queries': 'true',
    },
    environment: {},
    log: (event) => void events.push(event as Record<string, unknown>),
  });
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`${host}:${server.port}`]);
  const addressOf = (name: string) =>
    resolver
      .resolve4(`${name}.demo.svc.cluster.local`)
      .catch((error: unknown) => (error as { code: string }).code);
  return {
    ...{ api, events, addressOf, ready: `http://${host}:${server.readyPort}` },
    [Symbol.asyncDispose]: async () => {
      api.close();
      await server.close();
    },
  };
}

const changed = (name: string, clusterIP: string, version: string) => ({
  metadata: { name, namespace: 'demo', resourceVersion: version },
  spec: { clusterIP },
});

test.describe('the DNS server of a cluster', () => {
  test('lists, is ready, follows changes, and logs the protocol of queries', async ({}, testInfo) => {
    await using dns = await clusterDns(testInfo.outputPath('token'));
    await expect.poll(async () => (await fetch(`${dns.ready}/ready`)).status).toBe(200);
    expect(await dns.addressOf('web')).toEqual(['10.96.0.7']);
    await expect.poll(() => dns.api.watch().length).toBe(1);
    expect(dns.api.watch()[0]?.version).toBe('10');

    dns.api.send('ADDED', changed('new', '10.96.0.8', '11'));
    await expect.poll(() => dns.addressOf('new')).toEqual(['10.96.0.8']);
    dns.api.send('MODIFIED', changed('new', '10.96.0.9', '12'));
    await expect.poll(() => dns.addressOf('new')).toEqual(['10.96.0.9']);
    dns.api.send('DELETED', changed('new', '10.96.0.9', '13'));
    await expect.poll(() => dns.addressOf('new')).toBe('ENOTFOUND');
    expect(dns.events).toContainEqual(
      expect.objectContaining({
        event: 'query',
        protocol: 'UDP',
        type: 'A',
        name: 'web.demo.svc.cluster.local',
      }),
    );
  });

  test('goes on from the last bookmark when a watch ends', async ({}, testInfo) => {
    await using dns = await clusterDns(testInfo.outputPath('token'));
    await expect.poll(() => dns.api.watch().length).toBe(1);
    dns.api.send('BOOKMARK', { metadata: { resourceVersion: '99' } });
    dns.api.watch()[0]?.response.end();

    await expect.poll(() => dns.api.watch().at(-1)?.version).toBe('99');
    expect(dns.api.lists()).toBe(1);
  });

  test('lists again on 410 Gone, and forgets what is no longer there', async ({}, testInfo) => {
    await using dns = await clusterDns(testInfo.outputPath('token'));
    await expect.poll(() => dns.api.watch().length).toBe(1);
    dns.api.state.services = [changed('later', '10.96.0.20', '50')];
    dns.api.state.version = 50;
    dns.api.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });

    await expect.poll(() => dns.addressOf('later')).toEqual(['10.96.0.20']);
    expect(await dns.addressOf('web')).toBe('ENOTFOUND');
    await expect.poll(() => dns.api.watch().at(-1)?.version).toBe('50');
  });

  test('keeps answering while the API server is away, and catches up with a new token', async ({}, testInfo) => {
    await using dns = await clusterDns(testInfo.outputPath('token'));
    await expect.poll(() => dns.api.watch().length).toBe(1);
    dns.api.state.isBroken = true;
    dns.api.cut();
    await expect
      .poll(() => dns.events.filter(({ event }) => event === 'watch-broken').length)
      .toBeGreaterThan(1);
    expect(await dns.addressOf('web')).toEqual(['10.96.0.7']);
    expect((await fetch(`${dns.ready}/ready`)).status).toBe(200);

    await writeFile(testInfo.outputPath('token'), 'second\n');
    dns.api.state.services = [changed('later', '10.96.0.20', '50')];
    dns.api.state.isBroken = false;
    await expect.poll(() => dns.addressOf('later')).toEqual(['10.96.0.20']);
    expect(dns.api.tokens[0]).toBe('Bearer first');
    expect(dns.api.tokens.at(-1)).toBe('Bearer second');
  });

  test('is not ready, and says so to whoever asks, until it has listed', async () => {
    const server = await startClusterDns({
      flags: { port: '0', 'ready-port': '0', bind: host },
      environment: { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: '9' },
      log: () => undefined,
    });
    const resolver = new Resolver({ timeout: 1_000, tries: 1 });
    resolver.setServers([`${host}:${server.port}`]);

    expect((await fetch(`http://${host}:${server.readyPort}/ready`)).status).toBe(503);
    expect((await fetch(`http://${host}:${server.readyPort}/health`)).status).toBe(200);
    await expect(resolver.resolve4('web.demo.svc.cluster.local')).rejects.toThrow('ESERVFAIL');
    await server.close();
  });

  test('needs to know where the API server is', async () => {
    const started = startClusterDns({ flags: {}, environment: {}, log: () => undefined });

    await expect(started).rejects.toThrow('KUBERNETES_SERVICE_HOST is not set; give --api');
  });
});
