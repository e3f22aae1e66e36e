import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { testAuthority } from '../../../testing/tls.ts';
import { makeNamespace, startTestCluster, type TestCluster, until } from '../testing/cluster.ts';

let cluster: TestCluster;

test.beforeAll(async () => {
  cluster = await startTestCluster();
  for (const name of ['w1', 'w2']) {
    await makeNamespace(cluster, name);
  }
});

test.afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

interface Seen {
  readonly type: string;
  readonly object: { readonly code?: number; readonly metadata: { readonly name: string } };
}

function watch(path: string): {
  readonly seen: Seen[];
  readonly ended: Promise<void>;
  end: () => void;
} {
  const seen: Seen[] = [];
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    const options = { ca: testAuthority, headers: { authorization: 'Bearer admin-token' } };
    const sent = httpsRequest(`${cluster.access.server}${path}`, options, (response) => {
      response.on('error', () => {
        resolve();
      });
      createInterface({ input: response })
        .on('line', (line) => seen.push(JSON.parse(line) as Seen))
        .on('error', () => undefined)
        .on('close', () => {
          resolve();
        });
    });
    sent.on('error', () => {
      resolve();
    });
    sent.end();
    end = () => sent.destroy();
  });
  return { seen, ended, end };
}

const mapsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

async function put(namespace: string, name: string, labels: Record<string, string>): Promise<void> {
  await cluster.request('POST', mapsPath(namespace), { body: { metadata: { name, labels } } });
}

const told = (seen: readonly Seen[]): string[] =>
  seen.map(({ type, object }) => `${type} ${object.metadata.name}`);

test('a watch goes on from a version, in its namespace only', async () => {
  const { body } = await cluster.request('GET', mapsPath('w1'));
  const version = (body['metadata'] as { resourceVersion: string }).resourceVersion;
  await put('w1', 'missed', {});
  const watching = watch(`${mapsPath('w1')}?watch=true&resourceVersion=${version}`);
  await until(async () => Promise.resolve(watching.seen.length > 0));
  await put('w2', 'elsewhere', {});
  await put('w1', 'live', {});
  await cluster.request('DELETE', `${mapsPath('w1')}/live`);
  await until(async () => Promise.resolve(watching.seen.length >= 3));
  watching.end();
  expect(told(watching.seen)).toEqual(['ADDED missed', 'ADDED live', 'DELETED live']);
});

test('what comes to fit a selector is added, what no longer fits is deleted', async () => {
  const watching = watch(`${mapsPath('w2')}?watch=1&labelSelector=colour%3Dred`);
  await put('w2', 'paint', { colour: 'blue' });
  const type = 'application/merge-patch+json';
  for (const colour of ['red', 'green']) {
    const body = { metadata: { labels: { colour } } };
    await cluster.request('PATCH', `${mapsPath('w2')}/paint`, { type, body });
  }
  await until(async () => Promise.resolve(watching.seen.length >= 2));
  watching.end();
  expect(told(watching.seen)).toEqual(['ADDED paint', 'DELETED paint']);
});

test('a watch ends after its time with a bookmark', async () => {
  const watching = watch('/api/v1/nodes?watch=1&timeoutSeconds=1&allowWatchBookmarks=true');
  await watching.ended;
  expect(watching.seen.at(-1)?.type).toBe('BOOKMARK');
  expect(watching.seen.filter(({ type }) => type === 'ADDED')).toHaveLength(2);
});

test('a version that is forgotten is gone', async () => {
  cluster.kubernetes.compact();
  const watching = watch(`${mapsPath('w1')}?watch=1&resourceVersion=2`);
  await watching.ended;
  expect(watching.seen).toMatchObject([
    { type: 'ERROR', object: { code: 410, reason: 'Expired' } },
  ]);
});

test('the API can be stopped and opened again at the same address', async () => {
  const watching = watch('/api/v1/nodes?watch=1');
  await until(async () => Promise.resolve(watching.seen.length === 2));
  await cluster.kubernetes.stopApi();
  await watching.ended;
  await cluster.kubernetes.startApi();
  const answer = await cluster.request('GET', '/api/v1/nodes');
  expect(answer.body['items']).toHaveLength(2);
});
