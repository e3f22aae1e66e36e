/**
 * A node without a machine, on a small API server that keeps what it is told.
 */
import { expect, test } from '@playwright/test';
import { startTestKubernetes } from '../../env/testing/kubernetes.ts';
import { openCluster } from './cluster.ts';
import { addPhantomNode } from './phantom-node.ts';

test('a phantom node has an address and pods, and goes with them', async () => {
  await using server = await startTestKubernetes();
  server.put('/api/v1/namespaces/demo/pods/waiting', { metadata: { name: 'status' } });
  using cluster = await openCluster({
    ...{ kubeconfigPath: server.kubeconfigPath, cloudsYamlPath: '', cloudName: '' },
  });
  const pods = '/api/v1/namespaces/demo/pods';
  const plan = { name: 'kc-node', address: '10.10.0.99', runId: 'run-1', scenario: 'none' };
  const phantom = await addPhantomNode(cluster, plan);
  await phantom.bind({ namespace: 'demo', name: 'waiting' });

  expect(server.objects.get('/api/v1/nodes')).toMatchObject([
    {
      metadata: { name: 'kc-node', labels: { 'kuryr-conformance.io/run': 'run-1' } },
      spec: { taints: [{ effect: 'NoSchedule' }] },
      status: { addresses: [{ type: 'InternalIP', address: '10.10.0.99' }] },
    },
  ]);
  expect(server.objects.get(pods)).toMatchObject([{ spec: { nodeName: 'kc-node' } }]);
  expect(server.asked.find(({ method }) => method === 'PATCH')).toMatchObject({
    path: `${pods}/waiting/status`,
    body: { status: { hostIP: '10.10.0.99' } },
  });
  await phantom[Symbol.asyncDispose]();
  await phantom[Symbol.asyncDispose]();
  expect(server.objects.get(pods)).toEqual([]);
  expect(server.objects.get('/api/v1/nodes')).toEqual([]);
});
