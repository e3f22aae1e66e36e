import { expect, test } from '@playwright/test';
import { OpenStackSession } from '#env';
import { startTestCloud } from '../env/testing/cloud.ts';
import { startTestKubernetes } from '../env/testing/kubernetes.ts';
import { census, censusOf, growthOf } from './census.ts';
import { Cloud } from './cloud/cloud.ts';
import { exampleShelves } from './cloud/testing.ts';
import { openCluster } from './cluster/cluster.ts';

test('a census counts both sides and tells what grew', async () => {
  const shelves = exampleShelves();
  await using server = await startTestCloud({ shelves });
  await using kubernetes = await startTestKubernetes();
  const { kubeconfigPath } = kubernetes;
  const { cloudsYamlPath } = server;
  using cluster = await openCluster({ kubeconfigPath, cloudsYamlPath, cloudName: 'test' });
  const session = await OpenStackSession.open({ cloudsYamlPath, cloudName: 'test' });
  const cloud = new Cloud(session, 'run-1');
  kubernetes.put('/api/v1/namespaces', { metadata: { name: 'demo' } });
  const before = await census({ cloud, cluster });

  expect(before).toEqual({
    namespaces: ['demo'],
    networks: ['net-1', 'net-9'],
    subnets: ['sub-1'],
    ports: ['parent', 'pod-port', 'stranger', 'vip-port'],
    trunkSubports: ['pod-port'],
    securityGroups: ['sg-1', 'sg-3'],
    loadBalancers: ['lb-1', 'lb-2'],
    floatingIps: ['fip-1'],
  });
  shelves['/network/v2.0/networks']?.push({ id: 'net-new', name: '', status: 'ACTIVE' });
  const reading = censusOf({ cloud, cluster });
  const after = await reading.read(AbortSignal.timeout(60_000));

  expect(growthOf(before, after)).toEqual(['networks: net-new']);
  expect(growthOf(after, before)).toEqual([]);
  expect(reading.describe?.(after)).toContain('1 namespaces, 3 networks, 1 subnets, 4 ports');
});
