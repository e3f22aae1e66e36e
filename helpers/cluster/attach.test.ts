import { once } from 'node:events';
import { expect, test } from '@playwright/test';
import { type WebSocket, WebSocketServer } from 'ws';
import { startTestKubernetes, type TestKubernetes } from '../../env/testing/kubernetes.ts';
import { type Cluster, openCluster } from './cluster.ts';

async function clusterOn(server: TestKubernetes): Promise<Cluster> {
  const { kubeconfigPath } = server;
  return openCluster({ kubeconfigPath, cloudsYamlPath: '', cloudName: '' });
}

test.describe('a channel to a pod', () => {
  interface Attached extends AsyncDisposable {
    readonly cluster: Cluster;
    readonly sockets: WebSocket[];
    readonly urls: string[];
    readonly protocols: string[];
  }

  /** An API server whose pods repeat what they hear, in the frames of the channel protocol. */
  async function echoing(): Promise<Attached> {
    const server = await startTestKubernetes();
    const sockets: WebSocket[] = [];
    const urls: string[] = [];
    const protocols: string[] = [];
    const sessions = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => [...offered][0] ?? false,
    });
    server.server.on('upgrade', (request, socket, head) => {
      if (request.url?.includes('/pods/none/') === true) {
        socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
        return;
      }
      sessions.handleUpgrade(request, socket, head, (session) => {
        sockets.push(session);
        urls.push(request.url ?? '');
        protocols.push(session.protocol);
        session.send(Buffer.from([1]));
        session.on('message', (frame: Buffer) => {
          session.send(Buffer.concat([Buffer.from([1]), frame.subarray(1)]));
          session.send(Buffer.concat([Buffer.from([2]), Buffer.from('heard')]));
        });
      });
    });
    const cluster = await clusterOn(server);
    return {
      cluster,
      sockets,
      urls,
      protocols,
      [Symbol.asyncDispose]: async () => {
        cluster[Symbol.dispose]();
        sockets.forEach((socket) => {
          socket.terminate();
        });
        await server[Symbol.asyncDispose]();
      },
    };
  }

  test('carries input and output in frames of version 4', async () => {
    await using site = await echoing();
    const channel = await site.cluster.attach({ namespace: 'demo', name: 'a' });
    channel.stdin.write('{"op":"hello"}\n');

    expect(String((await once(channel.stdout, 'data'))[0])).toBe('{"op":"hello"}\n');
    expect(String((await once(channel.stderr, 'data'))[0])).toBe('heard');
    expect(site.protocols).toEqual(['v4.channel.k8s.io']);
    expect(site.urls[0]).toBe(
      '/api/v1/namespaces/demo/pods/a/attach?container=prober&stdin=true&stdout=true&stderr=true&tty=false',
    );
    expect(channel.isOpen).toBe(true);
    channel.kill();
    expect((await channel.closed).code).toBe(1006);
    expect(channel.isOpen).toBe(false);
  });

  test('tells how it ended', async () => {
    await using site = await echoing();
    const [broken, finished] = await Promise.all([
      site.cluster.attach({ namespace: 'demo', name: 'a' }),
      site.cluster.attach({ namespace: 'demo', name: 'b' }),
    ]);
    site.sockets[0]?.terminate();
    site.sockets[1]?.send(
      Buffer.concat([
        Buffer.from([3]),
        Buffer.from('{"status":"Failure","message":"container gone"}'),
      ]),
    );
    site.sockets[1]?.close(1000, 'over');

    expect(await broken.closed).toMatchObject({ code: 1006 });
    const end = await finished.closed;
    expect(end).toMatchObject({ code: 1000, reason: 'over', error: { code: 'ATTACH_ENDED' } });
    expect(end.error?.message).toContain('container gone');
    broken.stdin.write('too late');
    finished.stdout.resume();
    await once(finished.stdout, 'end');
  });

  test('that is refused is stack trouble', async () => {
    await using site = await echoing();

    await expect(site.cluster.attach({ namespace: 'demo', name: 'none' })).rejects.toMatchObject({
      code: 'ATTACH_FAILED',
      message: expect.stringContaining('Attaching to container "prober" of pod "demo/none"'),
    });
  });
});
