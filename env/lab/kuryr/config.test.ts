import { expect, test } from '@playwright/test';

import { standIns } from '../components.ts';
import { controllerConfig, daemonConfig } from './config.ts';
import { labDaemonFor } from './processes.ts';

const secrets = { admin: '', service: '', database: '', kuryr: 'k' };
const tenant = {
  project: 'project',
  externalNetwork: 'external',
  externalSubnet: 'external-subnet',
  router: 'router',
  subnetPool: 'pool',
  podSubnet: 'pods',
  serviceSubnet: 'services',
  nodesNetwork: 'nodes',
  nodesSubnet: 'nodes-subnet',
  allowAllGroup: 'all',
};
const userSpace = { datapath: 'netdev', vlan: 'tcx-ebpf', cgroups: 'v1' } as const;
const kernel = { datapath: 'system', vlan: '8021q', cgroups: 'v2' } as const;

test('nested pods: trunks, their pool and the interface of the node', () => {
  const controller = controllerConfig(secrets, tenant, 'nested');

  expect(controller).toContain('pod_vif_driver = nested-vlan\nvif_pool_driver = nested\n');
  expect(daemonConfig('nested')).toContain('link_iface = ens3');
  expect(daemonConfig('nested')).not.toContain('[os_vif_ovs]');
});

test('bare pods: ports of the hypervisor, their pool and the switch beside the daemon', () => {
  const daemon = daemonConfig('bare');

  expect(controllerConfig(secrets, tenant, 'bare')).toContain(
    'pod_vif_driver = neutron-vif\nvif_pool_driver = neutron\n',
  );
  expect(daemon).toContain('pod_vif_driver = neutron-vif\n');
  expect(daemon).toContain('[os_vif_ovs]\novsdb_connection = unix:/run/openvswitch/db.sock\n');
  expect(daemon).toContain('helper_command = /opt/kuryr/venv/bin/privsep-helper\n');
  expect(daemon).not.toContain('[binding]');
});

test('in both modes policies let the nodes in', () => {
  for (const mode of ['nested', 'bare'] as const)
    expect(controllerConfig(secrets, tenant, mode)).toContain(
      '[pod_vif_nested]\nworker_nodes_subnets = nodes-subnet\n',
    );
});

test('the CNI daemon is the stock one wherever the kernel has what the mode needs', () => {
  expect(labDaemonFor('nested', kernel)).toBeUndefined();
  expect(labDaemonFor('bare', kernel)).toBeUndefined();
  expect(labDaemonFor('nested', { ...kernel, datapath: 'netdev' })).toBeUndefined();
  expect(labDaemonFor('bare', { ...kernel, vlan: 'tcx-ebpf' })).toBeUndefined();
  expect(labDaemonFor('nested', userSpace)).toBe('lab_daemon.py');
  expect(labDaemonFor('bare', userSpace)).toBe('lab_bare_daemon.py');
});

test('a stand-in is declared in the mode that uses it, and only there', () => {
  expect(standIns(userSpace, 'nested').join('\n')).toContain('eBPF');
  expect(standIns(userSpace, 'nested').join('\n')).not.toContain('bare pods');
  expect(standIns(userSpace, 'bare').join('\n')).not.toContain('eBPF');
  expect(standIns(userSpace, 'bare').join('\n')).toContain('bridge of bare pods');
  expect(standIns(kernel, 'bare')).toHaveLength(4);
});
