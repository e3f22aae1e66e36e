import { expect, test } from '@playwright/test';
import { startTestKubernetes } from '../../env/testing/kubernetes.ts';
import { openCluster } from './cluster.ts';

const signal = AbortSignal.timeout(60_000);

const wrapped = (data: object): object => ({ 'versioned_object.data': data });

const vif = {
  'versioned_object.name': 'VIFVlanNested',
  'versioned_object.data': { id: 'port-1', address: 'fa:16:3e:00:00:01', active: true, vlan_id: 7 },
};

function place(name: string, annotations: Record<string, object>): object {
  const texts = Object.entries(annotations).map(([key, value]): [string, string] => [
    key,
    JSON.stringify(value),
  ]);
  return {
    name,
    namespace: 'demo',
    uid: `uid-${name}`,
    annotations: Object.fromEntries<string>(texts),
  };
}

test.describe('the records of a Kuryr before Victoria', () => {
  test('are read like the resources that replaced them', async () => {
    await using server = await startTestKubernetes();
    const { kubeconfigPath } = server;
    using cluster = await openCluster({ kubeconfigPath, cloudsYamlPath: '', cloudName: '' });
    const demo = '/api/v1/namespaces/demo';
    server.put(`${demo}/pods`, {
      metadata: place('stein', {
        'openstack.org/kuryr-vif': wrapped({ default_vif: vif }),
      }) as never,
      spec: { nodeName: 'w1' },
    });
    server.put(`${demo}/pods`, {
      metadata: place('queens', { 'openstack.org/kuryr-vif': { eth0: vif } }) as never,
      spec: { nodeName: 'w1' },
    });
    server.put(`${demo}/services`, {
      metadata: place('web', {
        'openstack.org/kuryr-lbaas-spec': wrapped({
          ip: '10.79.0.7',
          type: 'ClusterIP',
          lb_ip: null,
        }),
      }) as never,
    });
    const listener = wrapped({ id: 'l', name: 'l', protocol: 'TCP', port: 80 });
    const balancer = {
      id: 'lb-1',
      ip: '10.79.0.7',
      name: 'demo/web',
      port_id: 'p',
      provider: 'ovn',
    };
    server.put(`${demo}/endpoints`, {
      metadata: place('web', {
        'openstack.org/kuryr-lbaas-state': wrapped({
          loadbalancer: wrapped(balancer),
          listeners: [listener],
          pools: [],
          members: [],
          service_pub_ip_info: null,
        }),
      }) as never,
    });
    server.put('/apis/openstack.org/v1/kuryrnets', {
      metadata: { name: 'ns-demo' },
      spec: { netId: 'net-1', subnetId: 'sub-1', subnetCIDR: '10.20.0.0/26', routerId: 'r' },
    });
    server.put('/apis/openstack.org/v1/namespaces/demo/kuryrnetpolicies', {
      metadata: { name: 'np-close', namespace: 'demo' },
      spec: {
        securityGroupId: 'sg-1',
        podSelector: {},
        ingressSgRules: [
          { security_group_rule: { id: 'r1', direction: 'ingress', protocol: null } },
        ],
        egressSgRules: [],
        networkpolicy_spec: { policyTypes: ['Ingress'] },
      },
    });

    for (const pod of ['stein', 'queens']) {
      expect(await cluster.kuryrPortOf('demo', pod).read(signal)).toMatchObject({
        podUid: `uid-${pod}`,
        nodeName: 'w1',
        vif: { kind: 'VIFVlanNested', portId: 'port-1', vlanId: 7, isActive: true },
      });
    }
    expect(await cluster.kuryrNetworkOf('demo').read(signal)).toMatchObject({
      networkId: 'net-1',
      subnetCidr: '10.20.0.0/26',
    });
    expect(await cluster.kuryrLoadBalancerOf('demo', 'web').read(signal)).toMatchObject({
      clusterIp: '10.79.0.7',
      loadBalancerId: 'lb-1',
      provider: 'ovn',
      listeners: ['TCP:80'],
      publicIp: undefined,
    });
    expect(await cluster.kuryrNetworkPolicyOf('demo', 'close').read(signal)).toMatchObject({
      securityGroupId: 'sg-1',
      policyTypes: ['Ingress'],
      isApplied: true,
      made: [{ direction: 'ingress', protocol: undefined }],
    });
  });

  test('are none where nothing is annotated', async () => {
    await using server = await startTestKubernetes();
    const { kubeconfigPath } = server;
    using cluster = await openCluster({ kubeconfigPath, cloudsYamlPath: '', cloudName: '' });
    server.put('/api/v1/namespaces/demo/pods', {
      metadata: { name: 'p', namespace: 'demo' },
      spec: {},
    });

    expect(await cluster.kuryrPortOf('demo', 'p').read(signal)).toBeUndefined();
    expect(await cluster.kuryrLoadBalancerOf('demo', 'web').read(signal)).toBeUndefined();
    expect(await cluster.kuryrNetworkPolicyOf('demo', 'close').read(signal)).toBeUndefined();
  });
});
