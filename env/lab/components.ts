/**
 * Which versions the lab runs and which real parts it substitutes; both go into every report.
 */
import { on, type Machine } from './base/machines.ts';
import type { HostFacts } from './base/host.ts';
import { kubernetesVersion } from './cluster/kubernetes-build.ts';
import { labDaemonFor } from './kuryr/processes.ts';
import { kuryrRelease } from './kuryr/programs.ts';
import type { PodMode } from './pod-mode.ts';

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

const nodes = {
  nested:
    'Nova is absent: workers are network and mount namespaces whose Neutron ports are bound by the lab.',
  bare: 'Nova is absent: the one worker is a mount namespace in the network namespace of the hypervisor, and its Neutron port is bound by the lab.',
} as const satisfies Record<PodMode, string>;

const daemons = {
  'lab_daemon.py':
    "A veth and two eBPF programs take VLAN frames apart in place of Kuryr's VLAN device, because the kernel has no 8021q module.",
  'lab_bare_daemon.py':
    "Kuryr's CNI daemon takes the bridge of bare pods to be in user space, which its VIFs do not say, and has pods send complete checksums, because the kernel has no openvswitch module.",
} as const;

/** What the lab substitutes on this host, in sentences. */
export function standIns(facts: HostFacts, podMode: PodMode): string[] {
  const daemon = labDaemonFor(podMode, facts);
  return [
    nodes[podMode],
    "Kuryr's controller and CNI daemon run as processes of the lab, not as pods; accounts and rights are those of its deployment.",
    'Cluster DNS is a small server of this project on dns-packet, because CoreDNS is in no package route of the host.',
    'A small program removes the sandboxes of pods that are gone, because a kubelet of 1.20 does it once a minute, one after another, and keeps the pods for so long.',
    ...(facts.datapath === 'netdev'
      ? [
          "Open vSwitch forwards in user space, because the kernel has no openvswitch module, and is the following Debian release's, because bookworm's aborts in its user space connection tracking.",
        ]
      : []),
    ...(daemon === undefined ? [] : [daemons[daemon]]),
    ...(podMode === 'nested'
      ? [
          "A small program puts OVN's mark back on the interface of a trunk parent when a subport goes, because OVN would report all other subports down for a moment.",
        ]
      : []),
  ];
}
