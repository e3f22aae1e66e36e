/**
 * The real kubectl against the simulated server, where one is installed that speaks WebSocket.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { makeNamespace, startTestCluster, type TestCluster, until } from './cluster.ts';

const run = promisify(execFile);

async function canWebSocket(): Promise<boolean> {
  try {
    const { stdout } = await run('kubectl', ['version', '--client', '--output=json']);
    const { clientVersion } = JSON.parse(stdout) as { clientVersion: { minor: string } };
    return Number.parseInt(clientVersion.minor) >= 30;
  } catch {
    return false;
  }
}

const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: demo }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - { name: web, image: 'image:1', command: [cat], stdin: true, ports: [{ containerPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: demo }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
`;

let cluster: TestCluster;
let folder: string;

test.beforeAll(async () => {
  // The client that a dispatching kubectl picks is the one of the server's release.
  cluster = await startTestCluster('1.32.4');
  folder = await mkdtemp(join(tmpdir(), 'kc-kubectl-'));
  await makeNamespace(cluster, 'demo');
});

test.afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cluster[Symbol.asyncDispose]();
});

async function kubectl(...words: string[]): Promise<string> {
  const common = ['--kubeconfig', cluster.kubeconfigPath, '--cache-dir', folder];
  const { stdout } = await run('kubectl', [...common, '--namespace=demo', ...words]);
  return stdout;
}

test('kubectl applies, waits, shows, runs, scales and deletes', async () => {
  test.skip(!(await canWebSocket()), 'no kubectl from 1.30 on is installed here');
  const file = join(folder, 'web.yaml');
  await writeFile(file, manifests);
  expect(await kubectl('apply', '-f', file)).toBe(
    'deployment.apps/web created\nservice/web created\n',
  );
  expect(await kubectl('rollout', 'status', 'deployment/web')).toContain('successfully rolled out');
  expect(await kubectl('apply', '-f', file)).toBe(
    'deployment.apps/web unchanged\nservice/web unchanged\n',
  );
  const names = (await kubectl('get', 'pods', '--selector=app=web', '--output=name')).trim();
  const [pod = ''] = names.split('\n');
  await kubectl('wait', '--for=condition=Ready', pod);
  expect(await kubectl('exec', pod, '--', 'echo', 'hello')).toBe('hello\n');
  await expect(kubectl('exec', pod, '--', 'exit', '3')).rejects.toMatchObject({ code: 3 });
  expect(await kubectl('get', 'endpoints', 'web')).toMatch(
    /10\.20\.0\.\d+:8080,10\.20\.0\.\d+:8080/,
  );
  const described = await kubectl('describe', pod);
  expect(described).toContain('Successfully assigned demo/');
  expect(await kubectl('explain', 'deployment.spec.replicas')).toContain(
    'FIELD: replicas <integer>',
  );
  await kubectl('scale', 'deployment/web', '--replicas=0');
  await until(async () => (await kubectl('get', 'pods', '--output=name')) === '');
  expect(await kubectl('delete', '-f', file)).toContain('"web" deleted');
  expect(await kubectl('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
});
