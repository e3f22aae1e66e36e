/**
 * Neutron: trunks with subports, routers with their interfaces, and floating IPs.
 */
import { listIn, objectIn, Recorder, textIn } from '../recorder.ts';
import type { Chapter } from '../trace.ts';
import { CloudScript, type Scene } from './scene.ts';

/** Addresses that the script chooses. */
const chosen = {
  cidr: '10.96.0.0/24',
  gateway: '10.96.0.1',
  port: '10.96.0.20',
  subport: '10.96.0.21',
  other: '10.96.0.22',
} as const;

interface Ground {
  readonly network: string;
  readonly subnet: string;
  readonly parent: string;
  readonly child: string;
  readonly other: string;
}

/** Records trunks, routers and floating IPs. */
export async function wiring({ apis, profile, runId }: Scene): Promise<Chapter> {
  const recorder = new Recorder('wiring', apis, Object.values(chosen));
  const script = new CloudScript(recorder, 'neutron', runId);
  const ground = await groundOf(script);
  await trunks(script, ground);
  const { body } = await recorder.look('neutron', {
    path: '/v2.0/networks',
    query: { name: profile.layout.externalNetwork },
  });
  const external = textIn(listIn(body, 'networks')[0] ?? {}, 'id');
  recorder.sanitiser.name(external, 'external network');
  await routers(script, { ...ground, external });
  for (const port of [ground.parent, ground.child, ground.other]) {
    await recorder.look('neutron', { method: 'DELETE', path: `/v2.0/ports/${port}` });
  }
  await script.delete('the network goes with its subnet', `/v2.0/networks/${ground.network}`);
  return recorder.chapter;
}

async function groundOf(script: CloudScript): Promise<Ground> {
  const network = await script.make('a network', ['/v2.0/networks', 'network'], {
    name: 'parity-wiring',
  });
  const subnet = await script.make('a subnet', ['/v2.0/subnets', 'subnet'], {
    name: 'parity-wiring',
    network_id: network,
    ip_version: 4,
    cidr: chosen.cidr,
  });
  const port = (name: string, ip_address: string): Promise<string> =>
    script.make(name, ['/v2.0/ports', 'port'], {
      name: `parity ${name}`,
      network_id: network,
      fixed_ips: [{ subnet_id: subnet, ip_address }],
    });
  return {
    network,
    subnet,
    parent: await port('a parent port', chosen.port),
    child: await port('a child port', chosen.subport),
    other: await port('another child port', chosen.other),
  };
}

async function trunks(script: CloudScript, { parent, child, other }: Ground): Promise<void> {
  const shelf = ['/v2.0/trunks', 'trunk'] as const;
  const trunk = await script.make('a trunk', shelf, { name: 'parity-trunk', port_id: parent });
  const path = `${shelf[0]}/${trunk}`;
  const vlan = (port_id: string, segmentation_id: number): object => ({
    sub_ports: [{ port_id, segmentation_type: 'vlan', segmentation_id }],
  });
  await script.make('a second trunk of the port', shelf, { port_id: parent });
  await script.make('a trunk of no port', shelf, {
    port_id: '00000000-0000-4000-8000-000000000000',
  });
  await script.put('a subport', `${path}/add_subports`, vlan(child, 100));
  await script.put('the same subport', `${path}/add_subports`, vlan(child, 101));
  await script.put('a subport of the same VLAN', `${path}/add_subports`, vlan(other, 100));
  await script.put('a subport of a VLAN out of range', `${path}/add_subports`, vlan(other, 5000));
  await script.put('the parent as its subport', `${path}/add_subports`, vlan(parent, 102));
  await script.put('a subport that is no port', `${path}/add_subports`, {
    ...vlan('00000000-0000-4000-8000-000000000000', 103),
  });
  await script.get('the subports', `${path}/get_subports`);
  await script.get('the trunk', path);
  await script.get('the parent port', `/v2.0/ports/${parent}`);
  await script.get('the child port', `/v2.0/ports/${child}`);
  await script.delete('the parent port in use', `/v2.0/ports/${parent}`);
  await script.delete('the child port in use', `/v2.0/ports/${child}`);
  await script.get('trunks by port', shelf[0], { port_id: parent });
  await script.put('the subport goes', `${path}/remove_subports`, {
    sub_ports: [{ port_id: child }],
  });
  await script.put('the subport is gone', `${path}/remove_subports`, {
    sub_ports: [{ port_id: child }],
  });
  await script.put('a subport again', `${path}/add_subports`, vlan(child, 100));
  await script.delete('the trunk goes with its subport', path);
  await script.get('the trunk is gone', path);
  await script.get('the child port without a trunk', `/v2.0/ports/${child}`);
}

async function routers(
  script: CloudScript,
  { external, subnet, parent, child }: Ground & { readonly external: string },
): Promise<void> {
  const shelf = ['/v2.0/routers', 'router'] as const;
  const router = await script.make('a router', shelf, {
    name: 'parity-router',
    external_gateway_info: { network_id: external },
  });
  const path = `${shelf[0]}/${router}`;
  await script.make('a router of no gateway', shelf, {
    external_gateway_info: { network_id: '00000000-0000-4000-8000-000000000000' },
  });
  await script.put('an interface', `${path}/add_router_interface`, { subnet_id: subnet });
  await script.put('the same interface', `${path}/add_router_interface`, { subnet_id: subnet });
  await script.put('an interface of nothing', `${path}/add_router_interface`, {});
  await script.delete('the router in use', path);
  await script.delete('the subnet in use', `/v2.0/subnets/${subnet}`);
  await script.get('the port of the interface', '/v2.0/ports', {
    device_id: router,
    fields: ['device_owner', 'status', 'name'],
    device_owner: 'network:router_interface',
  });
  await floatingIps(script, { external, parent, child });
  await script.put('the interface goes', `${path}/remove_router_interface`, { subnet_id: subnet });
  await script.put('the interface is gone', `${path}/remove_router_interface`, {
    subnet_id: subnet,
  });
  await script.delete('the router goes', path);
  await script.get('the router is gone', path);
}

async function floatingIps(
  script: CloudScript,
  {
    external,
    parent,
    child,
  }: { readonly external: string; readonly parent: string; readonly child: string },
): Promise<void> {
  const shelf = ['/v2.0/floatingips', 'floatingip'] as const;
  const { recorder } = script;
  const floating = await script.make('a floating IP', shelf, {
    floating_network_id: external,
    description: 'parity',
  });
  const path = `${shelf[0]}/${floating}`;
  await script.make('a floating IP of no network', shelf, {
    floating_network_id: '00000000-0000-4000-8000-000000000000',
  });
  await script.put('the floating IP on a port', path, { floatingip: { port_id: parent } });
  const status = async (): Promise<string> => {
    const { body } = await recorder.look('neutron', { path });
    return textIn(objectIn(body, 'floatingip'), 'status');
  };
  // A port that nobody has plugged in answers to nobody, but the address counts as set up.
  recorder.states('the floating IP comes up', [await settled(recorder, status)]);
  await script.make('a second floating IP on the port', shelf, {
    floating_network_id: external,
    port_id: parent,
  });
  await script.get('the floating IP', path);
  await script.get('floating IPs by port', shelf[0], { port_id: parent, fields: ['id', 'status'] });
  await script.put('the floating IP on another port', path, { floatingip: { port_id: child } });
  await script.put('the floating IP on no port', path, { floatingip: { port_id: null } });
  await script.delete('the floating IP goes', path);
  await script.get('the floating IP is gone', path);
}

/** The status once it has been the same for ten looks. */
async function settled(recorder: Recorder, look: () => Promise<string>): Promise<string> {
  const seen: string[] = [];
  return recorder.wait({ until: 'the floating IP keeps its status' }, async () => {
    seen.push(await look());
    const last = seen.slice(-10);
    return last.length === 10 && last.every((each) => each === last[0]) ? last[0] : undefined;
  });
}
