/**
 * What the shelves of a cloud hold when Kuryr serves one pod and one service, for our tests.
 */

/** Objects by the path of their collection. */
export type ExampleShelves = Record<string, (Record<string, unknown> & { id: string })[]>;

const status = { provisioning_status: 'ACTIVE', operating_status: 'ONLINE' };

const shelves: ExampleShelves = {
  '/network/v2.0/ports': [
    {
      id: 'pod-port',
      name: 'demo/a',
      status: 'ACTIVE',
      network_id: 'net-1',
      device_owner: 'trunk:subport',
      tags: ['kuryr'],
      security_groups: ['sg-2', 'sg-1'],
      fixed_ips: [{ subnet_id: 'sub-1', ip_address: '10.20.0.98' }],
      'binding:host_id': null,
    },
    {
      id: 'stranger',
      name: 'other',
      status: 'DOWN',
      network_id: 'net-9',
      fixed_ips: [{ subnet_id: 'sub-9', ip_address: '10.20.0.98' }],
    },
    {
      id: 'parent',
      name: 'w1',
      status: 'ACTIVE',
      network_id: 'nodes',
      device_owner: 'compute:nova',
      fixed_ips: [{ subnet_id: 'sub-n', ip_address: '10.10.0.5' }],
    },
    { id: 'vip-port', name: 'ovn-lb-vip-lb-1', status: 'DOWN', network_id: 'services' },
  ],
  '/network/v2.0/trunks': [
    {
      id: 'trunk-1',
      port_id: 'parent',
      status: 'ACTIVE',
      sub_ports: [{ port_id: 'pod-port', segmentation_id: 585, segmentation_type: 'vlan' }],
    },
  ],
  '/network/v2.0/networks': [
    { id: 'net-1', name: 'uid-1/demo', status: 'ACTIVE', mtu: 1442, tags: ['kuryr'] },
    { id: 'net-9', name: 'other', status: 'ACTIVE' },
  ],
  '/network/v2.0/subnets': [
    {
      id: 'sub-1',
      name: 'uid-1/demo',
      network_id: 'net-1',
      cidr: '10.20.0.64/26',
      tags: ['kuryr'],
    },
  ],
  '/network/v2.0/security-groups': [
    { id: 'sg-1', name: 'sg/demo-deny', security_group_rules: [] },
    { id: 'sg-3', name: 'default' },
  ],
  '/network/v2.0/floatingips': [
    {
      id: 'fip-1',
      floating_ip_address: '172.24.4.151',
      floating_network_id: 'public',
      port_id: 'vip-port',
      status: 'ACTIVE',
    },
  ],
  '/lb/v2/lbaas/loadbalancers': [
    {
      id: 'lb-1',
      name: 'demo/echo',
      provider: 'ovn',
      vip_address: '10.79.0.7',
      vip_port_id: 'vip-port',
      ...status,
    },
    { id: 'lb-2', name: 'demo-two/echo', provider: 'ovn', vip_address: '10.79.0.8', ...status },
  ],
  '/lb/v2/lbaas/listeners': [
    {
      id: 'li-u',
      name: 'demo/echo:UDP:80',
      protocol: 'UDP',
      protocol_port: 80,
      loadbalancers: [{ id: 'lb-1' }],
      ...status,
    },
    {
      id: 'li-t',
      name: 'demo/echo:TCP:80',
      protocol: 'TCP',
      protocol_port: 80,
      loadbalancers: [{ id: 'lb-1' }],
      default_pool_id: 'po-t',
      ...status,
    },
  ],
  '/lb/v2/lbaas/pools': [
    {
      id: 'po-t',
      name: 'demo/echo:TCP:80',
      protocol: 'TCP',
      lb_algorithm: 'SOURCE_IP_PORT',
      listeners: [{ id: 'li-t' }],
      loadbalancers: [{ id: 'lb-1' }],
      ...status,
    },
  ],
  '/lb/v2/lbaas/pools/po-t/members': [
    {
      id: 'm2',
      name: 'demo/b:8080',
      address: '10.20.0.99',
      protocol_port: 8080,
      ...status,
      operating_status: 'SOMETHING_NEW',
    },
    { id: 'm1', name: 'demo/a:8080', address: '10.20.0.98', protocol_port: 8080, ...status },
  ],
};

/** Makes a fresh copy of the shelves. */
export function exampleShelves(): ExampleShelves {
  return structuredClone(shelves);
}
