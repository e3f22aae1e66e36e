/**
 * What Neutron tells of itself: extensions, agents, availability zones, how full its networks are.
 * Agents are those of the hosts to which ports are bound, as each such host must have one.
 */
import { Cidr, parseAddress } from '../addressing.ts';
import { ApiFault } from '../http/fault.ts';
import type { Routes } from '../http/routes.ts';
import { takenCount } from './addresses.ts';
import { listBody, type Shown } from '../http/listing.ts';
import type { Plugin } from './plugin.ts';
import type { Subnet } from './rows.ts';
import { extensionsOf } from './traits.ts';

/** Adds Neutron's inventory to the routes. */
export function addInventoryRoutes(routes: Routes, plugin: Plugin): void {
  const extensions = extensionsOf(plugin.state.world.axes);
  routes.on('GET', '/v2.0/extensions', () => ({ body: { extensions } }));
  routes.on('GET', '/v2.0/extensions/:alias', ({ params }) => {
    const extension = extensions.find(({ alias }) => alias === params['alias']);
    if (extension !== undefined) return { body: { extension } };
    // Not Neutron's own form: the refusal comes from the WSGI framework below it.
    return {
      status: 404,
      body: {
        message: `The resource could not be found.<br /><br />\nExtension with alias ${params['alias'] ?? ''} does not exist\n\n`,
        code: '404 Not Found',
        title: 'Not Found',
      },
    };
  });
  const lists: readonly (readonly [path: string, key: string, rows: () => readonly Shown[]])[] = [
    ['agents', 'agents', () => agentsOf(plugin)],
    ['network-ip-availabilities', 'network_ip_availabilities', () => availabilitiesOf(plugin)],
  ];
  for (const [path, key, rows] of lists) {
    routes.on('GET', `/v2.0/${path}`, ({ caller, query, base, path: asked }) => ({
      // Only administrators see any.
      body: listBody({
        key,
        rows: caller.isAdmin ? rows() : [],
        query,
        address: `${base}${asked}`,
      }),
    }));
  }
  routes.on('GET', '/v2.0/agents/:id', ({ params, caller }) => {
    const agent = caller.isAdmin
      ? agentsOf(plugin).find(({ id }) => id === params['id'])
      : undefined;
    if (agent !== undefined) return { body: { agent } };
    throw new ApiFault(404, `Agent ${params['id'] ?? ''} could not be found.`, {
      type: 'AgentNotFound',
    });
  });
  addQuietLists(routes, plugin);
}

/** Lists that clients ask for and that are empty or fixed here. */
function addQuietLists(routes: Routes, { traits }: Plugin): void {
  const zone = (resource: string): object => ({ name: 'nova', resource, state: 'available' });
  routes.on('GET', '/v2.0/availability_zones', () => ({
    body: { availability_zones: traits.ml2 === 'ovs' ? [zone('network'), zone('router')] : [] },
  }));
  routes.on('GET', '/v2.0/service-providers', () => ({ body: { service_providers: [] } }));
  for (const [path, key] of [
    ['rbac-policies', 'rbac_policies'],
    ['address-scopes', 'address_scopes'],
    ['address-groups', 'address_groups'],
  ] as const) {
    routes.on('GET', `/v2.0/${path}`, () => ({ body: { [key]: [] } }));
  }
}

const agentKinds = {
  ovn: [['ovn-controller', 'OVN Controller Gateway agent']],
  ovs: [
    ['neutron-openvswitch-agent', 'Open vSwitch agent'],
    ['neutron-l3-agent', 'L3 agent'],
    ['neutron-dhcp-agent', 'DHCP agent'],
  ],
} as const;

function agentsOf({ state, traits }: Plugin): readonly Shown[] {
  const hosts = new Set(state.ports.all().map((port) => port['binding:host_id']));
  hosts.delete('');
  const now = state.world.now().replace('T', ' ');
  return [...hosts].sort().flatMap((host) =>
    agentKinds[traits.ml2].map(([binary, kind]) => ({
      id: idOf(`${host}/${binary}`, state),
      binary,
      agent_type: kind,
      host,
      topic: 'n/a',
      alive: true,
      admin_state_up: true,
      availability_zone: traits.ml2 === 'ovs' ? 'nova' : '',
      heartbeat_timestamp: now,
      started_at: now,
      created_at: now,
      description: '',
      resources_synced: null,
      configurations:
        traits.ml2 === 'ovn'
          ? { 'bridge-mappings': 'physnet1:br-ex', chassis_name: host }
          : { bridge_mappings: { physnet1: 'br-ex' }, tunnel_types: ['vxlan'] },
    })),
  );
}

/** The same agent has the same id at each look. */
function idOf(name: string, { world }: Plugin['state']): string {
  return world.random(`openstack/agents/${name}`).uuid();
}

function availabilitiesOf(plugin: Plugin): readonly Shown[] {
  const { state } = plugin;
  return state.networks.all().map((network) => {
    const subnets = state.subnets
      .all()
      .filter(({ network_id }) => network_id === network.id)
      .map((subnet) => availabilityOf(plugin, subnet));
    const total = (key: 'total_ips' | 'used_ips'): number =>
      subnets.reduce((sum, subnet) => sum + subnet[key], 0);
    return {
      id: network.id,
      network_id: network.id,
      network_name: network.name,
      project_id: network.project_id,
      tenant_id: network.project_id,
      total_ips: total('total_ips'),
      used_ips: total('used_ips'),
      subnet_ip_availability: subnets,
    };
  });
}

function availabilityOf(
  plugin: Plugin,
  subnet: Subnet,
): { total_ips: number; used_ips: number } & Shown {
  const sizes = subnet.allocation_pools.map(({ start, end }) => {
    const [first, last] = [parseAddress(start)?.value ?? 0n, parseAddress(end)?.value ?? 0n];
    return Number(last - first + 1n);
  });
  return {
    subnet_id: subnet.id,
    subnet_name: subnet.name,
    cidr: Cidr.parse(subnet.cidr)?.toString() ?? subnet.cidr,
    ip_version: subnet.ip_version,
    total_ips: sizes.reduce((sum, size) => sum + size, 0),
    used_ips: takenCount(plugin, subnet.id),
  };
}
