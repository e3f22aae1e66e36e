/**
 * Open vSwitch and OVN of the one hypervisor: databases on unix sockets, the switch and the controller
 * in the hypervisor's network namespace, an external bridge with the gateway of the provider network.
 */
import type { HostFacts } from '../base/host.ts';
import { isAlive, startDaemon } from '../base/daemons.ts';
import { addresses, type Layout } from '../base/layout.ts';
import { enter, type Machine, on } from '../base/machines.ts';
import { attempt, run, succeeds } from '../base/shell.ts';
import { waitFor } from '../base/wait.ts';

const ovs = '/run/openvswitch';
const ovn = '/run/ovn';

/** Name of the chassis. */
export const chassis = 'hv';

/** The machines that OVN's programs run in. */
export interface OvnMachines {
  readonly cloud: Machine;
  readonly hypervisor: Machine;
  readonly ovnController: Machine;
  /** The name under which Neutron knows the hypervisor. */
  readonly hypervisorHost: string;
}

const databases = [
  {
    name: 'ovsdb',
    file: '/etc/openvswitch/conf.db',
    schema: '/usr/share/openvswitch/vswitch.ovsschema',
    socket: `${ovs}/db.sock`,
  },
  {
    name: 'ovn-nb',
    file: '/var/lib/ovn/ovnnb_db.db',
    schema: '/usr/share/ovn/ovn-nb.ovsschema',
    socket: `${ovn}/ovnnb_db.sock`,
  },
  {
    name: 'ovn-sb',
    file: '/var/lib/ovn/ovnsb_db.db',
    schema: '/usr/share/ovn/ovn-sb.ovsschema',
    socket: `${ovn}/ovnsb_db.sock`,
  },
] as const;

async function startDatabases(layout: Layout, machines: OvnMachines): Promise<void> {
  await on(machines.cloud, 'mkdir', '-p', ovn, '/var/lib/ovn');
  await on(machines.hypervisor, 'mkdir', '-p', '/etc/openvswitch');
  for (const database of databases) {
    if (await isAlive(database.name)) continue;
    const machine = database.name === 'ovsdb' ? machines.hypervisor : machines.cloud;
    await on(
      machine,
      'sh',
      '-c',
      '[ -e "$1" ] || ovsdb-tool create "$1" "$2"',
      'sh',
      database.file,
      database.schema,
    );
    await startDaemon(layout, {
      name: database.name,
      machine,
      argv: [
        'ovsdb-server',
        database.file,
        `--remote=punix:${database.socket}`,
        ...(database.name === 'ovsdb'
          ? ['--remote=db:Open_vSwitch,Open_vSwitch,manager_options']
          : []),
        `--unixctl=${database.socket}.ctl`,
      ],
    });
  }
  for (const database of databases) {
    await waitFor(
      { until: `the database socket ${database.socket} exists`, withinMs: 15_000, everyMs: 50 },
      () => succeeds([...enter(machines.cloud), 'test', '-S', database.socket]),
    );
  }
}

async function configureChassis(machines: OvnMachines, facts: HostFacts): Promise<void> {
  const settings = {
    'system-id': chassis,
    hostname: machines.hypervisorHost,
    'ovn-remote': `unix:${ovn}/ovnsb_db.sock`,
    'ovn-encap-type': 'geneve',
    'ovn-encap-ip': '127.0.0.1',
    'ovn-bridge-datapath-type': facts.datapath,
    'ovn-bridge-mappings': 'physnet1:br-ex',
    'ovn-cms-options': 'enable-chassis-as-gw',
    'ovn-monitor-all': 'true',
  };
  const pairs = Object.entries(settings).map(([key, value]) => `external_ids:${key}=${value}`);
  await on(machines.hypervisor, 'ovs-vsctl', '--no-wait', 'set', 'open', '.', ...pairs);
}

async function startSwitch(layout: Layout, machines: OvnMachines, facts: HostFacts): Promise<void> {
  const machine = machines.hypervisor;
  await startDaemon(layout, {
    name: 'ovs-vswitchd',
    machine,
    argv: [
      'ovs-vswitchd',
      `unix:${ovs}/db.sock`,
      ...(facts.datapath === 'netdev' ? ['--disable-system'] : []),
      `--pidfile=${ovs}/ovs-vswitchd.pid`,
    ],
  });
  await configureChassis(machines, facts);
  const bridge = (name: string): string[] => [
    '--',
    '--may-exist',
    'add-br',
    name,
    '--',
    'set',
    'bridge',
    name,
    `datapath_type=${facts.datapath}`,
  ];
  await on(
    machine,
    'ovs-vsctl',
    '-t',
    '30',
    ...bridge('br-int').slice(1),
    'fail-mode=secure',
    ...bridge('br-ex'),
  );
}

async function startControl(layout: Layout, machines: OvnMachines): Promise<void> {
  const { cloud } = machines;
  await startDaemon(layout, {
    name: 'ovn-northd',
    machine: cloud,
    argv: [
      'ovn-northd',
      `--ovnnb-db=unix:${ovn}/ovnnb_db.sock`,
      `--ovnsb-db=unix:${ovn}/ovnsb_db.sock`,
    ],
  });
  await startDaemon(layout, {
    name: 'ovn-controller',
    machine: machines.ovnController,
    argv: ['ovn-controller', `unix:${ovs}/db.sock`, `--pidfile=${ovn}/ovn-controller.pid`],
  });
  await waitFor(
    {
      until: 'the chassis is registered in the southbound database',
      withinMs: 30_000,
      everyMs: 100,
    },
    async () =>
      (
        await attempt([...enter(cloud), 'ovn-sbctl', '--bare', '--columns=name', 'list', 'chassis'])
      )?.includes(chassis),
  );
}

/** Starts Open vSwitch and OVN and waits until the hypervisor is a chassis. */
export async function startOvn(
  layout: Layout,
  machines: OvnMachines,
  facts: HostFacts,
): Promise<void> {
  const { cloud, hypervisor: hv } = machines;
  await startDatabases(layout, machines);
  await on(hv, 'ovs-vsctl', '--no-wait', 'init');
  await on(cloud, 'ovn-nbctl', 'init');
  await on(cloud, 'ovn-sbctl', 'init');
  await startSwitch(layout, machines, facts);
  await startControl(layout, machines);
  // Neutron of Zed reads these from external_ids; OVN 22.09 and later writes them to other_config only,
  // and then every port of a flat network fails to bind.
  await on(
    cloud,
    'ovn-sbctl',
    'set',
    'chassis',
    chassis,
    'external_ids:ovn-bridge-mappings=physnet1:br-ex',
    'external_ids:ovn-cms-options=enable-chassis-as-gw',
    `external_ids:datapath-type=${facts.datapath}`,
    'external_ids:ovn-chassis-mac-mappings=""',
  );
  await on(hv, 'ip', 'addr', 'replace', `${addresses.externalGateway}/24`, 'dev', 'br-ex');
  await on(hv, 'ip', 'link', 'set', 'br-ex', 'up');
}

/** How a namespace is wired to the switch. */
export interface Plug {
  /** Handle of the network namespace that gets the interface. */
  readonly net: string;
  /** Name of the interface inside. */
  readonly nic: string;
  /** Name of the end at the switch, at most 15 characters. */
  readonly link: string;
  readonly bridge: 'br-int' | 'br-ex';
  readonly address: string;
  readonly mac?: string;
  readonly mtu?: number;
  readonly gateway?: string;
  /** Neutron port that the interface is. */
  readonly portId?: string;
}

/** Gives a namespace an interface that ends in the switch; does nothing when it has one. */
export async function plug(hv: Machine, cable: Plug): Promise<void> {
  const inside = { name: cable.link, net: cable.net };
  if (!(await succeeds([...enter(inside), 'ip', 'link', 'show', cable.nic]))) {
    await on(hv, 'sh', '-c', 'ip link del "$1" 2>/dev/null || true', 'sh', cable.link);
    await run([
      'nsenter',
      `--net=${hv.net ?? ''}`,
      '--',
      'ip',
      'link',
      'add',
      cable.link,
      'type',
      'veth',
      'peer',
      'name',
      cable.nic,
      'netns',
      cable.net,
    ]);
  }
  await on(hv, 'ip', 'link', 'set', cable.link, 'up');
  const set = [
    ...(cable.mac === undefined ? [] : ['address', cable.mac]),
    ...(cable.mtu === undefined ? [] : ['mtu', String(cable.mtu)]),
  ];
  if (set.length > 0) await on(inside, 'ip', 'link', 'set', cable.nic, ...set);
  await on(inside, 'ip', 'addr', 'replace', cable.address, 'dev', cable.nic);
  await on(inside, 'ip', 'link', 'set', cable.nic, 'up');
  if (cable.gateway !== undefined)
    await on(inside, 'ip', 'route', 'replace', 'default', 'via', cable.gateway);
  // The switch in user space sends what it is given: a checksum left to the network card stays wrong.
  const ethtool = {
    name: cable.link,
    net: cable.net,
    ...(hv.mount === undefined ? {} : { mount: hv.mount }),
  };
  await on(ethtool, 'ethtool', '-K', cable.nic, 'tx', 'off');
  const iface =
    cable.portId === undefined
      ? []
      : ['--', 'set', 'interface', cable.link, `external_ids:iface-id=${cable.portId}`];
  await on(hv, 'ovs-vsctl', '--may-exist', 'add-port', cable.bridge, cable.link, ...iface);
}
