import { expect, test } from '@playwright/test';
import { startTestKubernetes, type TestKubernetes } from '../../env/testing/kubernetes.ts';
import { type Cluster, openCluster } from './cluster.ts';

const signal = AbortSignal.timeout(60_000);

async function clusterOn(server: TestKubernetes): Promise<Cluster> {
  const { kubeconfigPath } = server;
  return openCluster({ kubeconfigPath, cloudsYamlPath: '', cloudName: '' });
}

/** A VIF as kuryr-kubernetes 10.0.0 writes it into a KuryrPort in nested-vlan mode. */
const vif = {
  'versioned_object.name': 'VIFVlanNested',
  'versioned_object.namespace': 'os_vif',
  'versioned_object.version': '1.0',
  'versioned_object.data': {
    id: 'pod-port',
    address: 'fa:16:3e:00:00:01',
    active: true,
    vif_name: 'tap0',
    vlan_id: 585,
    network: {
      'versioned_object.name': 'Network',
      'versioned_object.data': {
        id: 'net-1',
        mtu: 1442,
        subnets: {
          'versioned_object.name': 'SubnetList',
          'versioned_object.data': {
            objects: [
              {
                'versioned_object.name': 'Subnet',
                'versioned_object.data': {
                  cidr: '10.20.0.64/26',
                  gateway: '10.20.0.65',
                  ips: {
                    'versioned_object.name': 'FixedIPList',
                    'versioned_object.data': {
                      objects: [{ 'versioned_object.data': { address: '10.20.0.98' } }],
                    },
                  },
                },
              },
            ],
          },
        },
      },
    },
  },
};

const kuryr = '/apis/openstack.org/v1/namespaces/demo';

test.describe("Kuryr's resources", () => {
  test('shows a KuryrPort with its VLAN', async () => {
    await using server = await startTestKubernetes();
    using cluster = await clusterOn(server);
    server.put(`${kuryr}/kuryrports`, {
      metadata: {
        name: 'a',
        namespace: 'demo',
        finalizers: ['kuryr.openstack.org/kuryrport-finalizer'],
      },
      spec: { podUid: 'u1', podNodeName: 'w1', podStatic: false },
      status: { vifs: { eth0: { default: true, vif } } },
    });
    server.put(`${kuryr}/kuryrports`, {
      metadata: { name: 'young' },
      spec: { podUid: 'u2', podNodeName: 'w1' },
    });

    expect(await cluster.kuryrPortOf('demo', 'a').read(signal)).toMatchObject({
      podUid: 'u1',
      nodeName: 'w1',
      isBeingDeleted: false,
      vif: {
        interfaceName: 'eth0',
        kind: 'VIFVlanNested',
        portId: 'pod-port',
        macAddress: 'fa:16:3e:00:00:01',
        addresses: ['10.20.0.98'],
        networkId: 'net-1',
        mtu: 1442,
        vlanId: 585,
        isActive: true,
      },
    });
    expect((await cluster.kuryrPortOf('demo', 'young').read(signal))?.vif).toBeUndefined();
    expect(await cluster.kuryrPortOf('demo', 'none').read(signal)).toBeUndefined();
  });

  test('shows KuryrNetwork, KuryrLoadBalancer and KuryrNetworkPolicy', async () => {
    await using server = await startTestKubernetes();
    using cluster = await clusterOn(server);
    server.put(`${kuryr}/kuryrnetworks`, {
      metadata: { name: 'demo', deletionTimestamp: '2026-01-01T00:00:00Z' },
      spec: { nsName: 'demo', projectId: 'p', nsLabels: {} },
      status: {
        netId: 'net-1',
        subnetId: 'sub-1',
        subnetCIDR: '10.20.0.64/26',
        routerId: 'r',
        populated: false,
      },
    });
    server.put(`${kuryr}/kuryrloadbalancers`, {
      metadata: { name: 'echo' },
      spec: {
        ip: '10.79.0.7',
        type: 'LoadBalancer',
        provider: 'ovn',
        endpointSlices: [
          { endpoints: [{ addresses: ['10.20.0.99'] }, { addresses: ['10.20.0.98'] }] },
        ],
      },
      status: {
        loadbalancer: {
          id: 'lb-1',
          ip: '10.79.0.7',
          name: 'demo/echo',
          port_id: 'vip',
          project_id: 'p',
          provider: 'ovn',
          security_groups: [],
          subnet_id: 's',
        },
        listeners: [
          {
            id: 'l2',
            loadbalancer_id: 'lb-1',
            name: 'x',
            port: 80,
            project_id: 'p',
            protocol: 'UDP',
          },
          {
            id: 'l1',
            loadbalancer_id: 'lb-1',
            name: 'x',
            port: 80,
            project_id: 'p',
            protocol: 'TCP',
          },
        ],
        members: [
          {
            id: 'm',
            ip: '10.20.0.98',
            name: 'demo/a:8080',
            pool_id: 'po',
            port: 8080,
            project_id: 'p',
            subnet_id: 's',
          },
        ],
        service_pub_ip_info: { ip_id: 'fip-1', ip_addr: '172.24.4.151', alloc_method: 'pool' },
      },
    });
    server.put(`${kuryr}/kuryrloadbalancers`, {
      metadata: { name: 'lazy' },
      spec: { ip: '10.79.0.8' },
      status: {},
    });
    const rule = {
      direction: 'ingress',
      ethertype: 'IPv4',
      protocol: 'tcp',
      port_range_min: 8080,
      port_range_max: 8080,
      remote_ip_prefix: '10.20.0.98/32',
    };
    const policy = (made: object[]) => ({
      spec: {
        ingressSgRules: [{ sgRule: rule, namespace: 'demo' }],
        egressSgRules: [{ sgRule: { ...rule, direction: 'egress' } }],
        podSelector: {},
        policyTypes: ['Ingress'],
      },
      status: { securityGroupId: 'sg-1', securityGroupRules: made, podSelector: {} },
    });
    server.put(`${kuryr}/kuryrnetworkpolicies`, {
      metadata: { name: 'half' },
      ...policy([{ id: '1', ...rule }]),
    });
    server.put(`${kuryr}/kuryrnetworkpolicies`, {
      metadata: { name: 'whole' },
      ...policy([
        { id: '1', ...rule },
        { id: '2', ...rule },
      ]),
    });

    expect(await cluster.kuryrNetworkOf('demo').read(signal)).toMatchObject({
      networkId: 'net-1',
      subnetCidr: '10.20.0.64/26',
      isPopulated: false,
      isBeingDeleted: true,
    });
    expect(await cluster.kuryrLoadBalancerOf('demo', 'echo').read(signal)).toMatchObject({
      type: 'LoadBalancer',
      loadBalancerId: 'lb-1',
      endpoints: ['10.20.0.98', '10.20.0.99'],
      listeners: ['TCP:80', 'UDP:80'],
      members: ['10.20.0.98:8080'],
      publicIp: { id: 'fip-1', address: '172.24.4.151', allocation: 'pool' },
    });
    expect(await cluster.kuryrLoadBalancerOf('demo', 'lazy').read(signal)).toMatchObject({
      loadBalancerId: undefined,
      members: [],
    });
    expect((await cluster.kuryrNetworkPolicyOf('demo', 'half').read(signal))?.isApplied).toBe(
      false,
    );
    expect(await cluster.kuryrNetworkPolicyOf('demo', 'whole').read(signal)).toMatchObject({
      isApplied: true,
      planned: [
        { direction: 'ingress', ports: [8080, 8080], remote: '10.20.0.98/32' },
        { direction: 'egress' },
      ],
    });
    expect(await cluster.kuryrResources('KuryrNetworkPolicy', 'demo')).toHaveLength(2);
  });
});
