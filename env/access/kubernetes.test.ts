import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { startTestKubernetes } from '../testing/kubernetes.ts';
import { scratchFile } from '../testing/scratch.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { KubernetesAccess, KubernetesError } from './kubernetes.ts';

const written = (text: string): Promise<string> => scratchFile('kubeconfig', text);

interface NamedMap {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
  data: Record<string, string>;
}

function mapNamed(name: string, namespace: string): NamedMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { a: '1' } };
}

test.describe('access to an API server', () => {
  test('checks its certificate and keeps the connection', async () => {
    await using server = await startTestKubernetes();
    let connections = 0;
    server.server.on('secureConnection', () => (connections += 1));
    using access = await KubernetesAccess.open(server.kubeconfigPath);
    for (let i = 0; i < 5; i++) {
      const version = await access.call('Reading the version', (clients) =>
        clients.version.getCode(),
      );
      expect(version.gitVersion).toBe('v1.20.2');
    }

    expect(connections).toBe(1);
  });

  test('refuses a certificate of another authority', async () => {
    await using server = await startTestKubernetes();
    const config = (await readFile(server.kubeconfigPath, 'utf8')).replace(
      /"certificate-authority-data":"[^"]*"/,
      '"certificate-authority-data":""',
    );
    using access = await KubernetesAccess.open(await written(config));

    await expect(
      access.call('Reading the version', ({ version }) => version.getCode()),
    ).rejects.toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: expect.stringMatching(/^Reading the version: no answer from "https:.*certificate/),
    });
  });

  test('makes, changes and deletes any object', async () => {
    await using server = await startTestKubernetes();
    using access = await KubernetesAccess.open(server.kubeconfigPath);
    await access.call('Making a map', ({ objects }) => objects.create(mapNamed('m', 'demo')));
    const read = (): Promise<unknown> =>
      access.find('Reading a map', ({ core }) =>
        core.readNamespacedConfigMap({ namespace: 'demo', name: 'm' }),
      );

    expect(await read()).toMatchObject({ data: { a: '1' } });
    await access.call('Deleting a map', ({ core }) =>
      core.deleteNamespacedConfigMap({ namespace: 'demo', name: 'm' }),
    );
    expect(await read()).toBeUndefined();
  });

  test('tells a refusal in the words of the server', async () => {
    await using server = await startTestKubernetes();
    using access = await KubernetesAccess.open(server.kubeconfigPath);
    const error: unknown = await access
      .call('Reading pod "demo/a"', ({ core }) =>
        core.readNamespacedPod({ namespace: 'demo', name: 'a' }),
      )
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(KubernetesError);
    expect(error).toMatchObject({
      code: 'KUBERNETES_404',
      status: 404,
      reason: 'NotFound',
      message:
        'Reading pod "demo/a": the API server answered 404 NotFound, saying ""a" not found".',
    });
  });

  test('asks again when the connection breaks during a read, and not during a write', async () => {
    let broken = 0;
    await using server = await startTestKubernetes({
      intercept: ({ headers, path }) => {
        if (path.includes('fragile') && broken < 1) {
          broken += 1;
          server.server.closeAllConnections();
        }
        return headers.host === undefined ? {} : undefined;
      },
    });
    using access = await KubernetesAccess.open(server.kubeconfigPath);

    expect(
      await access.find('Reading', ({ core }) =>
        core.readNamespacedPod({ namespace: 'fragile', name: 'a' }),
      ),
    ).toBeUndefined();
    broken = 0;
    await expect(
      access.call('Making', ({ objects }) => objects.create(mapNamed('m', 'fragile'))),
    ).rejects.toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
    });
  });

  test('ends a request with its signal', async () => {
    await using server = await startTestKubernetes();
    using access = await KubernetesAccess.open(server.kubeconfigPath);
    const spent = AbortSignal.abort(new Error('the budget is spent'));

    await expect(access.call('Listing', ({ core }) => core.listNode(), spent)).rejects.toThrow(
      'the budget is spent',
    );
  });

  test('keeps requests for evidence, without the token', async () => {
    await using server = await startTestKubernetes();
    using access = await KubernetesAccess.open(server.kubeconfigPath);
    await access.call('Listing', ({ core }) => core.listNode());
    const text = access.log.textSince(new Date(0));

    expect(text).toMatch(/kubernetes GET \/api\/v1\/nodes -> 200 in \d+ ms/);
    expect(text).not.toContain('very-secret-token');
  });
});

test.describe('a kubeconfig', () => {
  const cluster = 'clusters: [{name: c, cluster: {server: "https://h:6443"}}]\nusers: []\n';
  const faults = [
    ['apiVersion: v1', 'current-context: Invalid input'],
    [
      `current-context: x\n${cluster}contexts: [{name: y, context: {cluster: c}}]`,
      'current-context: names "x", which contexts does not list',
    ],
    [
      `current-context: x\n${cluster}contexts: [{name: x, context: {cluster: d}}]`,
      'contexts: "x" names cluster "d", which clusters does not list',
    ],
    ['{{', '(whole file): '],
  ] as const;

  for (const [text, problem] of faults) {
    test(`is refused when it says ${text.slice(0, 20).replace(/\n/g, ' ')} (${problem.slice(0, 30)})`, async () => {
      const file = await written(text);

      await expect(readKubeconfig(file)).rejects.toThrow(problem);
      await expect(readKubeconfig(file)).rejects.toThrow(
        'Write it anew with "kubectl config view --raw --minify".',
      );
    });
  }

  test('that cannot be read is named', async () => {
    await expect(readKubeconfig('/nowhere/config')).rejects.toThrow(
      'Reading kubeconfig "/nowhere/config": ENOENT',
    );
  });
});
