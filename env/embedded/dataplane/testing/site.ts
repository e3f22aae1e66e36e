/**
 * A site for tests: a cloud with two networks of pods, nodes, services and an outside, machines plugged
 * into it, and Node's socket modules in them.
 */
import type dgram from 'node:dgram';
import type dns from 'node:dns';
import type http from 'node:http';
import type net from 'node:net';
import type { Netns, PortRow } from '../../seams.ts';
import { type Axes, World } from '../../world.ts';
import { createDataPlane, type EmbeddedDataPlane, type NameSettings } from '../data-plane.ts';
import { contains } from '../packets/addresses.ts';
import { type Mutable, TestCloud } from './cloud.ts';

const axes: Axes = {
  ...{ series: '2024.1', kuryr: '10.0', octavia: 'ovn', ml2: 'ovn', firewall: 'ovn' },
  ...{ podMode: 'nested-vlan', cluster: { kind: 'kind' }, workers: 2 },
};

/** A cloud as Kuryr's is: two networks of pods, nodes and services behind one router, and an outside. */
export class TestSite {
  readonly cloud = new TestCloud();
  readonly world: World;
  readonly closing = new AbortController();
  readonly plane: EmbeddedDataPlane;

  constructor(chosen: Partial<Axes> = {}) {
    this.world = new World({ ...axes, ...chosen }, { seed: 'test', closing: this.closing.signal });
    this.plane = createDataPlane(this.world, this.cloud);
    const { cloud } = this;
    cloud.group('open', [{ direction: 'ingress' }, { direction: 'egress' }]);
    cloud.network('public', '172.24.4.0/24', { 'router:external': true, mtu: 1_500 });
    cloud.network('nodes', '10.10.0.0/24');
    cloud.network('services', '10.79.0.0/24');
    cloud.network('one', '10.20.0.0/26');
    cloud.network('two', '10.20.1.0/26');
    cloud.router('router', ['nodes', 'services', 'one', 'two'], '172.24.4.100');
    for (const node of ['n1', 'n2']) {
      const address = `10.10.0.${node === 'n1' ? 11 : 12}`;
      const port = cloud.addPort('nodes', address, { id: `port-${node}` });
      cloud.rows.trunks.push({
        ...{ id: `trunk-${node}`, project_id: 'project', port_id: port.id },
        ...{ admin_state_up: true, sub_ports: [] },
      });
      this.plug(node, port);
    }
    cloud.changed();
    this.plane.createNetns('outside', '').addNic({
      ...{ name: 'eth0', mac: '02:00:00:00:00:14', mtu: 1_500 },
      addresses: [{ address: '172.24.4.20', prefix: 24 }],
      attachment: { kind: 'external', networkId: 'public' },
    });
  }

  netns(name: string): Netns {
    const netns = this.plane.netns(name);
    if (netns === undefined) throw new Error(`no namespace "${name}"`);
    return netns;
  }

  /** Makes a machine with a port of its own. */
  plug(name: string, port: PortRow): Netns {
    return this.#machine(name, port, { kind: 'port', portId: port.id });
  }

  /** Makes a pod: a port that is a subport of a node, with its VLAN interface. */
  pod(
    name: string,
    address: string,
    extra: Partial<PortRow> & { node?: string } = {},
  ): Mutable<PortRow> {
    const { node = 'n1', ...rest } = extra;
    const network = this.cloud.rows.subnets.find(({ cidr }) => contains(cidr, address));
    const port = this.cloud.addPort(network?.network_id ?? '', address, {
      ...{ id: `port-${name}`, device_owner: 'trunk:subport', ...rest },
    });
    const trunk = this.cloud.rows.trunks.find(({ port_id }) => port_id === `port-${node}`);
    const vlanId = 100 + Number(address.split('.')[3]) + 256 * Number(address.split('.')[2]);
    if (trunk !== undefined) {
      trunk.sub_ports = [
        ...trunk.sub_ports,
        { port_id: port.id, segmentation_id: vlanId, segmentation_type: 'vlan' },
      ];
    }
    this.cloud.changed();
    this.#machine(name, port, { kind: 'vlan', parentPortId: `port-${node}`, vlanId });
    return port;
  }

  #machine(
    name: string,
    port: PortRow,
    attachment: Parameters<Netns['addNic']>[0]['attachment'],
  ): Netns {
    const { cloud } = this;
    const subnet = cloud.rows.subnets.find(({ network_id }) => network_id === port.network_id);
    const mtu = cloud.rows.networks.find(({ id }) => id === port.network_id)?.mtu ?? 1_500;
    const netns = this.plane.createNetns(name, '');
    netns.addNic({
      ...{ name: 'eth0', mac: port.mac_address, mtu, attachment },
      addresses: port.fixed_ips.map(({ ip_address }) => ({
        ...{ address: ip_address, prefix: Number(subnet?.cidr.split('/')[1]) },
      })),
      ...(subnet?.gateway_ip == null ? {} : { gateway: subnet.gateway_ip }),
    });
    return netns;
  }
}

/** Node's modules as a program in a namespace sees them. */
export interface SeenModules extends Disposable {
  readonly net: typeof net;
  readonly dgram: typeof dgram;
  readonly dns: typeof dns;
  readonly http: typeof http;
}

/** Opens sockets in a namespace of a site. */
export function modulesIn(
  site: TestSite,
  name: string,
  names: Partial<NameSettings> = {},
): SeenModules {
  const opened = site.plane.socketsIn(site.netns(name), names);
  const modules = opened.sockets.modules() as unknown as Omit<SeenModules, typeof Symbol.dispose>;
  return {
    ...modules,
    [Symbol.dispose]: () => {
      opened[Symbol.dispose]();
    },
  };
}
