/**
 * Neutron: version document, extensions, quotas, and what networks, subnets, groups and ports go
 * through, with the refusals on the way.
 */
import { listIn, Recorder, textIn } from '../recorder.ts';
import type { Chapter } from '../trace.ts';
import { CloudScript, type Scene } from './scene.ts';

/** Addresses that the script chooses. */
const chosen = {
  cidr: '10.98.0.0/24',
  gateway: '10.98.0.1',
  port: '10.98.0.20',
  other: '10.98.0.21',
  elsewhere: '10.97.0.9',
  inside: '10.98.0.128/25',
  everywhere: '0.0.0.0/0',
} as const;

/** A project that is none: Neutron keeps quotas for whatever it is told. */
const nobody = 'kuryr-conformance-parity';

/** The extensions that Kuryr, the suite or the openstack command line look for. */
const wanted: ReadonlySet<string> = new Set([
  'allowed-address-pairs',
  'binding',
  'external-net',
  'filter-validation',
  'net-mtu',
  'pagination',
  'port-security',
  'project-id',
  'provider',
  'quota_details',
  'quotas',
  'router',
  'security-group',
  'sorting',
  'standard-attr-tag',
  'stateful-security-group',
  'subnet_allocation',
  'tag-ports-during-bulk-creation',
  'trunk',
  'trunk-details',
]);

/** Records Neutron without routers and trunks. */
export async function neutron({ apis, runId }: Scene): Promise<Chapter> {
  const recorder = new Recorder('neutron', apis, Object.values(chosen));
  const script = new CloudScript(recorder, 'neutron', runId);
  await script.get('the versions', '/');
  await recorder.ask('the extensions', ['neutron', { path: '/v2.0/extensions' }], (body) => ({
    aliases: listIn(body, 'extensions')
      .map((extension) => textIn(extension, 'alias'))
      .filter((alias) => wanted.has(alias))
      .sort(),
  }));
  await script.get('no extension', '/v2.0/extensions/nothing');
  const network = await networks(script);
  await subnets(script, network);
  const group = await groups(script);
  await ports(script, { network, group });
  await quotas(script);
  await script.delete('the network goes', `/v2.0/networks/${network}`);
  await script.delete('the group goes', `/v2.0/security-groups/${group}`);
  await script.delete('the group is gone', `/v2.0/security-groups/${group}`);
  return recorder.chapter;
}

async function networks(script: CloudScript): Promise<string> {
  const shelf = ['/v2.0/networks', 'network'] as const;
  const name = 'parity-network';
  const network = await script.make('a network', shelf, { name });
  const path = `/v2.0/networks/${network}`;
  await script.make('a network with an unknown attribute', shelf, { name, colour: 'red' });
  await script.make('a network whose name is a number', shelf, { name: 7 });
  await script.make('a network of a wrong MTU', shelf, { name, mtu: -5 });
  await script.post('a network without a body', shelf[0], {});
  await script.put('the network is renamed', path, { network: { name: `${name}-2` } });
  await script.put('the network is given another project', path, {
    network: { project_id: nobody },
  });
  await script.get('the network', path);
  await script.get('some fields of the network', path, { fields: ['id', 'name'] });
  await script.get('networks by name', shelf[0], { name: `${name}-2` });
  await script.get('networks by an unknown attribute', shelf[0], { colour: 'red' });
  await script.get('no network', '/v2.0/networks/nothing');
  await script.put('tags of the network', `${path}/tags`, { tags: [script.tag, 'one'] });
  await script.put('a tag more', `${path}/tags/two`);
  await script.get('the tags', `${path}/tags`);
  await script.get('a tag', `${path}/tags/two`);
  await script.get('no tag', `${path}/tags/three`);
  await script.get('networks by tags', shelf[0], { tags: `${script.tag},two`, fields: 'tags' });
  await script.delete('a tag goes', `${path}/tags/two`);
  await script.delete('no tag goes', `${path}/tags/two`);
  return network;
}

async function subnets(script: CloudScript, network: string): Promise<void> {
  const shelf = ['/v2.0/subnets', 'subnet'] as const;
  const body = { network_id: network, ip_version: 4, cidr: chosen.cidr };
  const subnet = await script.make('a subnet', shelf, { name: 'parity-subnet', ...body });
  await script.make('a subnet within the first', shelf, { ...body, cidr: chosen.inside });
  await script.make('a subnet without a right CIDR', shelf, { ...body, cidr: 'somewhere' });
  await script.make('a subnet without a network', shelf, { ip_version: 4, cidr: chosen.cidr });
  await script.make('a subnet of no network', shelf, {
    ...body,
    network_id: '00000000-0000-4000-8000-000000000000',
  });
  await script.put('the subnet gets a name server', `/v2.0/subnets/${subnet}`, {
    subnet: { dns_nameservers: [chosen.other] },
  });
  await script.put('the subnet gets another CIDR', `/v2.0/subnets/${subnet}`, {
    subnet: { cidr: chosen.inside },
  });
  await script.get('subnets of the network', shelf[0], { network_id: network });
  await script.get('no subnet', '/v2.0/subnets/nothing');
}

async function groups(script: CloudScript): Promise<string> {
  const shelf = ['/v2.0/security-groups', 'security_group'] as const;
  const rules = ['/v2.0/security-group-rules', 'security_group_rule'] as const;
  const group = await script.make('a group', shelf, { name: 'parity-group', description: 'x' });
  const rule = { security_group_id: group, direction: 'ingress', ethertype: 'IPv4' };
  const tcp = { ...rule, protocol: 'tcp', port_range_min: 80, port_range_max: 80 };
  const made = await script.make('a rule', rules, { ...tcp, remote_ip_prefix: chosen.cidr });
  await script.make('the same rule', rules, { ...tcp, remote_ip_prefix: chosen.cidr });
  await script.make('a rule from a group', rules, { ...tcp, remote_group_id: group });
  await script.make('a rule from two peers', rules, {
    ...tcp,
    remote_group_id: group,
    remote_ip_prefix: chosen.cidr,
  });
  await script.make('a rule for everything', rules, { ...rule, protocol: null });
  await script.make('a rule of ports without a protocol', rules, { ...tcp, protocol: null });
  await script.make('a rule of ports in the wrong order', rules, { ...tcp, port_range_min: 81 });
  await script.make('a rule of an unknown protocol', rules, { ...rule, protocol: 'carrier' });
  await script.make('a rule of a wrong direction', rules, { ...rule, direction: 'sideways' });
  await script.make('a rule of a wrong prefix', rules, { ...tcp, remote_ip_prefix: 'somewhere' });
  await script.make('a rule of no group', rules, {
    ...rule,
    security_group_id: '00000000-0000-4000-8000-000000000000',
  });
  await script.get('the rules', rules[0], { security_group_id: group, direction: 'ingress' });
  await script.delete('the rule goes', `${rules[0]}/${made}`);
  await script.delete('the rule is gone', `${rules[0]}/${made}`);
  await script.get('the group', `${shelf[0]}/${group}`);
  await script.get('groups by name', shelf[0], { name: 'parity-group' });
  return group;
}

async function ports(
  script: CloudScript,
  { network, group }: { readonly network: string; readonly group: string },
): Promise<void> {
  const shelf = ['/v2.0/ports', 'port'] as const;
  const at = (ip_address: string): object => ({ fixed_ips: [{ ip_address }] });
  const body = { network_id: network, security_groups: [group] };
  const port = await script.make('a port', shelf, { name: 'parity', ...body, ...at(chosen.port) });
  const path = `/v2.0/ports/${port}`;
  await script.make('a port of a taken address', shelf, { ...body, ...at(chosen.port) });
  await script.make('a port of an address elsewhere', shelf, { ...body, ...at(chosen.elsewhere) });
  await script.make('a port of no group', shelf, {
    network_id: network,
    security_groups: ['00000000-0000-4000-8000-000000000000'],
  });
  await script.make('a port of no network', shelf, {
    network_id: '00000000-0000-4000-8000-000000000000',
  });
  await script.get('the port', path);
  await script.put('the port gets a device', path, {
    port: { device_id: 'parity-device', device_owner: 'compute:kuryr' },
  });
  await script.put('the port gets an address pair', path, {
    port: { allowed_address_pairs: [{ ip_address: chosen.other }] },
  });
  await script.put('the port without security', path, { port: { port_security_enabled: false } });
  await script.delete('the group in use', `/v2.0/security-groups/${group}`);
  await script.put('the port without groups', path, { port: { security_groups: [] } });
  await script.get('ports by device', shelf[0], { device_id: 'parity-device', fields: ['id'] });
  await script.get('a page of ports', shelf[0], { network_id: network, limit: 1, fields: 'name' });
  await script.get('no port', '/v2.0/ports/nothing');
  await script.delete('the network in use', `/v2.0/networks/${network}`);
  await script.delete('the port goes', path);
  await script.delete('the port is gone', path);
  await bulk(script, network);
}

async function bulk(script: CloudScript, network: string): Promise<void> {
  const named = (name: string): object => ({ name, network_id: network, tags: [script.tag] });
  const made = await script.post('two ports at once', '/v2.0/ports', {
    ports: [named('parity-1'), named('parity-2')],
  });
  for (const [index, each] of listIn(made, 'ports').entries()) {
    await script.delete(`port ${index + 1} of two goes`, `/v2.0/ports/${textIn(each, 'id')}`);
  }
}

async function quotas(script: CloudScript): Promise<void> {
  const path = `/v2.0/quotas/${nobody}`;
  await script.get('the default quotas', `${path}/default`);
  await script.put('a quota', path, { quota: { network: 0 } });
  await script.put('a quota of nothing', path, { quota: { unicorn: 3 } });
  await script.put('a quota that is no number', path, { quota: { network: 'many' } });
  await script.get('the quotas', path);
  await script.get('the use of the quotas', `${path}/details.json`);
  await script.make('a network beyond the quota', ['/v2.0/networks', 'network'], {
    name: 'parity-beyond',
    project_id: nobody,
  });
  await script.delete('the quota goes', path);
  await script.delete('the quota is gone', path);
}
