import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { openStack } from '../../index.ts';
import { loadProfile, type Profile } from '../../profile.ts';
import { startTestCloud, type TestCloud } from '../../testing/cloud.ts';
import { startTestKubernetes, type TestKubernetes } from '../../testing/kubernetes.ts';
import { settingsIn } from './discovery.ts';

const example = fileURLToPath(new URL('../../testing/profiles/example.yaml', import.meta.url));

const conf = `[kubernetes]
pod_vif_driver = nested-vlan
endpoints_driver_octavia_provider = ovn
[neutron_defaults]
resource_tags = kuryr, other
`;

async function cloudWith(providers: readonly string[]): Promise<TestCloud> {
  return startTestCloud({
    intercept: ({ path, method }) => {
      if (method !== 'GET') {
        return undefined;
      }
      if (path === '/lb/') {
        return { body: { versions: [{ id: 'v2.9' }, { id: 'v2.26' }, { id: 'v2.0' }] } };
      }
      return path === '/lb/v2/lbaas/providers'
        ? { body: { providers: providers.map((name) => ({ name, description: null })) } }
        : undefined;
    },
  });
}

async function clusterWith(podVifDriver = 'nested-vlan'): Promise<TestKubernetes> {
  const server = await startTestKubernetes({
    intercept: ({ path }) =>
      path.endsWith('/log') ? { body: 'started\npassword = hunter22\n' } : undefined,
  });
  server.put('/api/v1/nodes', {
    metadata: { name: 'w1' },
    spec: {},
    status: {
      addresses: [{ type: 'InternalIP', address: '10.10.0.5' }],
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { kubeletVersion: 'v1.28.2' },
    },
  });
  server.put('/api/v1/nodes', {
    metadata: { name: 'cp' },
    spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
    status: {},
  });
  server.put('/apis/apps/v1/namespaces/kube-system/deployments', {
    metadata: { name: 'kuryr-controller', namespace: 'kube-system' },
    spec: {
      template: {
        spec: { containers: [{ name: 'controller', image: 'kuryr/controller:10.0.0' }] },
      },
    },
  });
  server.put('/api/v1/namespaces/kube-system/configmaps', {
    metadata: { name: 'kuryr-config', namespace: 'kube-system' },
    data: { 'kuryr.conf': conf.replace('nested-vlan', podVifDriver) },
  });
  server.put('/api/v1/namespaces/kube-system/pods', {
    metadata: {
      name: 'kuryr-controller-1',
      namespace: 'kube-system',
      labels: { name: 'kuryr-controller' },
    },
    spec: { containers: [{ name: 'controller' }] },
  });
  return server;
}

async function profileOf(kubernetes: TestKubernetes, cloud: TestCloud): Promise<Profile> {
  const profile = await loadProfile(example);
  const connection = {
    kubeconfig: kubernetes.kubeconfigPath,
    cloudsYaml: cloud.cloudsYamlPath,
    cloud: 'test',
  };
  return { ...profile, connection };
}

test.describe('an adopted stack', () => {
  test('is described by what is found, and gives the logs of Kuryr without secrets', async () => {
    await using kubernetes = await clusterWith();
    await using cloud = await cloudWith(['amphora', 'ovn']);
    await using stack = await openStack(await profileOf(kubernetes, cloud));

    expect(stack.facts).toEqual({
      kubernetes: 'v1.20.2',
      nodes: [
        { name: 'w1', internalIp: '10.10.0.5', isReady: true, takesPods: true, kubelet: 'v1.28.2' },
        { name: 'cp', internalIp: '', isReady: false, takesPods: false, kubelet: '' },
      ],
      openstackSeries: 'zed or 2023.1',
      kuryrVersion: '10.0.0',
      standIns: [],
      components: {
        octaviaApi: '2.26',
        octaviaProviders: 'amphora, ovn',
        kuryrImage1: 'kuryr/controller:10.0.0',
      },
    });
    expect(await stack.evidence()).toEqual([
      {
        name: 'kuryr-controller-1-controller.log',
        contentType: 'text/plain',
        body: 'started\npassword = [redacted]\n',
      },
    ]);
  });

  test('that is another one than the profile says is refused with every difference', async () => {
    await using kubernetes = await clusterWith('neutron-vif');
    await using cloud = await cloudWith(['amphora']);
    const profile = await profileOf(kubernetes, cloud);
    const opening = openStack({ ...profile, layout: { ...profile.layout, resourceTag: 'mine' } });

    await expect(opening).rejects.toMatchObject({
      code: 'PROFILE_CONTRADICTS_STACK',
      message:
        'Adopting a stack by profile "example": the stack is another one than the profile describes.\n' +
        '  podMode is "nested-vlan", but kuryr.conf says pod_vif_driver = neutron-vif\n' +
        '  octavia.provider is "ovn", but Octavia lists only amphora\n' +
        '  layout.resourceTag is "mine", but kuryr.conf says resource_tags = kuryr,other\n' +
        'Correct the profile.',
    });
  });
});

test('an absent kuryr.conf settles nothing', () => {
  expect(settingsIn(undefined)).toBeUndefined();
  expect(settingsIn('[DEFAULT]\n')).toEqual({
    podVifDriver: undefined,
    octaviaProvider: undefined,
    resourceTags: [],
  });
});
