/**
 * The two Debian roots of the lab: the one everything runs in (OpenStack, OVN, the container runtime)
 * and the one in which Kubernetes and small programs are compiled.
 */
import type { RootRecipe } from './debian.ts';

/** OpenStack Zed with OVN, plus what a Kubernetes node needs. */
export const zedRoot: RootRecipe = {
  name: 'zed',
  suite: 'bookworm',
  packages: [
    'ca-certificates',
    'curl',
    'iproute2',
    'iputils-ping',
    'procps',
    'netbase',
    'ethtool',
    'socat',
    'tcpdump',
    'openssl',
    'adduser',
    'util-linux',
    'findutils',
    'ovn-central',
    'ovn-host',
    'openvswitch-switch',
    'mariadb-server',
    'python3-pymysql',
    'keystone',
    // The compiled half of SQLAlchemy: Neutron spends most of its time there.
    'python3-sqlalchemy-ext',
    'neutron-api',
    'neutron-rpc-server',
    'octavia-api',
    'octavia-driver-agent',
    'python3-ovn-octavia-provider',
    'python3-openstackclient',
    'python3-octaviaclient',
    'uwsgi-core',
    'uwsgi-plugin-python3',
    'etcd-server',
    'containerd',
    'runc',
    'containernetworking-plugins',
    'conntrack',
    'iptables',
    'nftables',
    'python3-venv',
    'python3-pip',
    'sudo',
  ],
};

/**
 * Open vSwitch of the following Debian release. Bookworm's 3.1.0 ends now and then with an assertion in
 * its user space connection tracking (lib/conntrack.c, conn_update_state), which takes every pod along.
 */
export const switchRoot: RootRecipe = {
  name: 'switch',
  suite: 'trixie',
  packages: ['openvswitch-switch', 'iproute2', 'ethtool', 'procps'],
};

/** Compilers for Kubernetes, the CNI plugin and the resolver programs. */
export const buildRoot: RootRecipe = {
  name: 'build',
  suite: 'bookworm',
  packages: [
    'ca-certificates',
    'build-essential',
    'dpkg-dev',
    'golang-go',
    'golang-github-modern-go-reflect2-dev',
    'rsync',
    'jq',
    'file',
    'time',
    'bc',
    'git',
    'musl-tools',
    'busybox-static',
    'procps',
    'xz-utils',
    'python3-venv',
    'python3-pip',
    'python3-dev',
  ],
};
