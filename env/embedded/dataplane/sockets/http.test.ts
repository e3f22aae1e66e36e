/**
 * Node's own HTTP over simulated connections, and the probes of a kubelet.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { modulesIn, type SeenModules, TestSite } from '../testing/site.ts';

const b = '10.20.1.20';
const port = 8081;

async function serving(): Promise<{ site: TestSite; client: SeenModules }> {
  const site = new TestSite();
  site.pod('a', '10.20.0.10');
  site.pod('b', b, { node: 'n2' });
  const { http } = modulesIn(site, 'b');
  const server = http.createServer((request, response) => {
    if (request.url === '/missing') {
      response.writeHead(404).end();
      return;
    }
    void text(request).then((body) => {
      response.setHeader('x-client', String(request.socket.remoteAddress));
      response.end(`${String(request.method)} ${String(request.url)} ${body.length}`);
    });
  });
  server.listen({ port });
  await once(server, 'listening');
  return { site, client: modulesIn(site, 'a') };
}

test.describe('HTTP over the simulated network', () => {
  test('carries requests and responses', async () => {
    const { client } = await serving();
    const request = client.http.request({
      ...{ host: b, port, path: '/x', method: 'POST' },
      agent: false,
    });
    request.end('y'.repeat(100_000));
    const [response] = (await once(request, 'response')) as [IncomingMessage];

    expect(response.headers['x-client']).toBe('::ffff:10.20.0.10');
    expect(await text(response)).toBe('POST /x 100000');
  });

  test('says when nobody listens', async () => {
    const { client } = await serving();
    const request = client.http.get({ host: b, port: 9, path: '/' });

    const [error] = (await once(request, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});

test.describe('a kubelet', () => {
  test('sees from its node whether a port takes connections', async () => {
    const { site } = await serving();
    const from = site.netns('n1');

    expect(await site.plane.canConnect(from, b, port, 500)).toBe(true);
    expect(await site.plane.canConnect(from, b, 9, 500)).toBe(false);
    expect(await site.plane.canConnect(from, '10.20.1.60', port, 100)).toBe(false);
  });

  test('sees the status of an HTTP answer', async () => {
    const { site } = await serving();
    const from = site.netns('n2');

    expect(await site.plane.httpStatus(from, `http://${b}:${port}/ready`, 500)).toBe(200);
    expect(await site.plane.httpStatus(from, `http://${b}:${port}/missing`, 500)).toBe(404);
    expect(await site.plane.httpStatus(from, `http://${b}:9/`, 500)).toBeUndefined();
    expect(await site.plane.httpStatus(from, 'http://10.20.1.60:80/', 100)).toBeUndefined();
  });
});
