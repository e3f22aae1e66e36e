/**
 * Which versions the lab runs and which real parts it substitutes; both go into every report.
 */
import { on, type Machine } from './base/machines.ts';
import type { HostFacts } from './base/host.ts';
import { kubernetesVersion } from './cluster/kubernetes-build.ts';
import { kuryrRelease } from './kuryr/programs.ts';

const packages: Readonly<Record<string, string>> = {
  'neutron-common': 'Neutron',
  keystone: 'Keystone',
  'octavia-common': 'Octavia',
  'python3-ovn-octavia-provider': 'ovn-octavia-provider',
  'ovn-common': 'OVN',
  'mariadb-server': 'MariaDB',
  'etcd-server': 'etcd',
  containerd: 'containerd',
  runc: 'runc',
};

/** Versions of the lab's parts by name. */
export async function components(
  machine: Machine,
  hypervisor: Machine,
): Promise<Record<string, string>> {
  const openVswitch = await on(
    hypervisor,
    'dpkg-query',
    '-W',
    '-f',
    '${Version}',
    'openvswitch-switch',
  );
  const listed = await on(
    machine,
    'dpkg-query',
    '-W',
    '-f',
    '${Package} ${Version}\\n',
    ...Object.keys(packages),
  );
  const versions = listed
    .trim()
    .split('\n')
    .map((line): [string, string] => {
      const [name = '', version = ''] = line.split(' ');
      return [packages[name] ?? name, version];
    });
  return {
    Kubernetes: kubernetesVersion,
    'kuryr-kubernetes': kuryrRelease.version,
    'Open vSwitch': openVswitch.trim(),
    ...Object.fromEntries(versions),
  };
}

/** What the lab substitutes on this host, in sentences. */
export function standIns(facts: HostFacts): string[] {
  return [
    'Nova is absent: workers are network and mount namespaces whose Neutron ports are bound by the lab.',
    "Kuryr's controller and CNI daemon run as processes of the lab, not as pods; accounts and rights are those of its deployment.",
    'Cluster DNS is a small server of this project on dns-packet, because CoreDNS is in no package route of the host.',
    ...(facts.datapath === 'netdev'
      ? [
          "Open vSwitch forwards in user space, because the kernel has no openvswitch module, and is the following Debian release's, because bookworm's aborts in its user space connection tracking.",
        ]
      : []),
    ...(facts.vlan === 'tcx-ebpf'
      ? [
          "A veth and two eBPF programs take VLAN frames apart in place of Kuryr's VLAN device, because the kernel has no 8021q module.",
        ]
      : []),
  ];
}
