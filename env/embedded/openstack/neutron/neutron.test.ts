import { expect, test } from '@playwright/test';
import { type Body, makeNet, rawPut, startTestedCloud } from '../testing.ts';

const neutronFault = (status: number, said: string): RegExp =>
  new RegExp(`found status ${status}, saying "${said}`);

test.describe('networks, subnets and pools', () => {
  test('are made, listed by owner and shown to administrators with their realisation', async () => {
    await using tested = await startTestedCloud();
    const { network } = await makeNet(tested.kuryr);
    const stranger = await tested.open(tested.cloud.cloudsYaml('stranger'));

    expect(network).toMatchObject({ mtu: 1442, status: 'ACTIVE', project_id: tested.project });
    expect(network).not.toHaveProperty('provider:network_type');
    const seen = await tested.admin.neutron.read(`/v2.0/networks/${network.id}`, 'network');
    expect(seen).toMatchObject({
      'provider:network_type': 'geneve',
      'provider:segmentation_id': 1,
    });
    expect(await stranger.neutron.list('/v2.0/networks', 'networks')).toEqual([]);
    await expect(stranger.neutron.get(`/v2.0/networks/${network.id}`)).rejects.toThrow(
      neutronFault(404, `Network ${network.id} could not be found.`),
    );
  });

  test('keep members from what is for administrators', async () => {
    await using tested = await startTestedCloud();
    const make = tested.kuryr.neutron.make('/v2.0/networks', 'network', {
      'router:external': true,
    });

    await expect(make).rejects.toThrow(
      neutronFault(403, 'rule:create_network:router:external is disallowed by policy'),
    );
  });

  test('refuse unknown, missing and misshapen attributes in their own words', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;

    await expect(neutron.make('/v2.0/networks', 'network', { colour: 'red' })).rejects.toThrow(
      neutronFault(400, "Unrecognized attribute\\(s\\) 'colour'"),
    );
    await expect(neutron.make('/v2.0/ports', 'port', {})).rejects.toThrow(
      neutronFault(400, "Failed to parse request. Required attribute 'network_id' not specified"),
    );
    await expect(neutron.make('/v2.0/networks', 'network', { mtu: 'big' })).rejects.toThrow(
      neutronFault(400, "Invalid input for mtu. Reason: 'big'"),
    );
  });

  test('take prefixes out of a pool until none is left', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const pool = await neutron.make('/v2.0/subnetpools', 'subnetpool', {
      name: 'pods',
      prefixes: ['10.20.0.0/25'],
      default_prefixlen: 26,
      min_prefixlen: 20,
    });
    const subnet = async (): Promise<Body> => {
      const network = await neutron.make('/v2.0/networks', 'network');
      return neutron.make('/v2.0/subnets', 'subnet', {
        network_id: network.id,
        subnetpool_id: pool.id,
        ip_version: 4,
      });
    };

    expect(await subnet()).toMatchObject({ cidr: '10.20.0.0/26', gateway_ip: '10.20.0.1' });
    expect(await subnet()).toMatchObject({ cidr: '10.20.0.64/26' });
    await expect(subnet()).rejects.toThrow(
      neutronFault(409, 'Failed to allocate subnet: Insufficient prefix space'),
    );
    expect(pool).toMatchObject({ default_prefixlen: '26' });
  });

  test('stay while something uses them', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const { network, subnet } = await makeNet(tested.kuryr);
    const port = await neutron.make('/v2.0/ports', 'port', { network_id: network.id });

    await expect(neutron.remove(`/v2.0/networks/${network.id}`)).rejects.toThrow(
      neutronFault(409, `Unable to complete operation on network ${network.id}`),
    );
    await expect(neutron.remove(`/v2.0/subnets/${subnet.id}`)).rejects.toThrow(
      neutronFault(409, `Unable to complete operation on subnet ${subnet.id}`),
    );
    await neutron.remove(`/v2.0/ports/${port.id}`);
    await neutron.remove(`/v2.0/networks/${network.id}`);
    expect(await neutron.list('/v2.0/subnets', 'subnets')).toEqual([]);
  });
});

test.describe('ports', () => {
  test('get an address and the default group, and hide their binding from members', async () => {
    await using tested = await startTestedCloud();
    const { network, subnet } = await makeNet(tested.kuryr);
    const port = await tested.kuryr.neutron.make('/v2.0/ports', 'port', { network_id: network.id });
    const [group] = await tested.kuryr.neutron.list('/v2.0/security-groups', 'security_groups');

    expect(port).toMatchObject({
      status: 'DOWN',
      security_groups: [group?.id],
      fixed_ips: [{ subnet_id: subnet.id, ip_address: expect.stringMatching(/^10\.1\.0\./) }],
      mac_address: expect.stringMatching(/^fa:16:3e:/),
    });
    expect(group).toMatchObject({ name: 'default' });
    expect(port).not.toHaveProperty('binding:host_id');
    await expect(
      tested.kuryr.neutron.change(`/v2.0/ports/${port.id}`, 'port', { 'binding:host_id': 'n1' }),
    ).rejects.toThrow(neutronFault(403, 'rule:update_port:binding:host_id'));
  });

  test('become ACTIVE a while after they are bound', async () => {
    await using tested = await startTestedCloud({ ml2: 'ovs', firewall: 'openvswitch' });
    const { neutron } = tested.admin;
    const { network } = await makeNet(tested.admin);
    const statuses: string[] = [];
    tested.cloud.view.changes.on('changed', () => {
      const status = tested.cloud.view.ports()[0]?.status ?? 'none';
      if (statuses.at(-1) !== status) statuses.push(status);
    });
    const port = await neutron.make('/v2.0/ports', 'port', {
      network_id: network.id,
      'binding:host_id': 'n1',
    });

    expect(port).toMatchObject({
      status: 'DOWN',
      'binding:vif_type': 'ovs',
      'binding:vif_details': { ovs_hybrid_plug: false, bridge_name: 'br-int' },
    });
    await expect.poll(() => statuses.at(-1)).toBe('ACTIVE');
    expect(statuses).toEqual(['DOWN', 'BUILD', 'ACTIVE']);
  });

  test('are made many at once, with tags where the release can, all or none', async () => {
    await using tested = await startTestedCloud();
    await using old = await startTestedCloud({ series: 'train' });
    const bulk = async (user: typeof tested.kuryr, tags?: string[]): Promise<unknown> => {
      const { network } = await makeNet(user, '10.9.0.0/29');
      const one = { network_id: network.id, ...(tags === undefined ? {} : { tags }) };
      return user.neutron.send('POST', '/v2.0/ports', { ports: [one, one, one] });
    };

    expect(await bulk(tested.kuryr, ['a'])).toMatchObject({
      ports: [{ tags: ['a'] }, { tags: ['a'] }, { tags: ['a'] }],
    });
    await expect(bulk(old.kuryr, ['a'])).rejects.toThrow(
      neutronFault(400, "Unrecognized attribute\\(s\\) 'tags'"),
    );
    const { network } = await makeNet(tested.kuryr, '10.8.0.0/30');
    const many = tested.kuryr.neutron.send('POST', '/v2.0/ports', {
      ports: [{ network_id: network.id }, { network_id: network.id }],
    });
    await expect(many).rejects.toThrow(
      neutronFault(409, 'No more IP addresses available on network'),
    );
    const left = await tested.kuryr.neutron.list('/v2.0/ports', 'ports', {
      network_id: network.id,
    });
    expect(left).toEqual([]);
  });

  test('count against the quota, whose use can be read', async () => {
    await using tested = await startTestedCloud();
    const { admin, kuryr, project } = tested;
    const { network } = await makeNet(kuryr);
    await admin.neutron.send('PUT', `/v2.0/quotas/${project}`, { quota: { port: 1 } });
    await kuryr.neutron.make('/v2.0/ports', 'port', { network_id: network.id });

    await expect(
      kuryr.neutron.make('/v2.0/ports', 'port', { network_id: network.id }),
    ).rejects.toThrow(neutronFault(409, "Quota exceeded for resources: \\['port'\\]."));
    const { quota } = await kuryr.neutron.get(`/v2.0/quotas/${project}/details.json`);
    expect(quota).toMatchObject({ port: { limit: 1, used: 1, reserved: 0 } });
    await expect(
      kuryr.neutron.send('PUT', `/v2.0/quotas/${project}`, { quota: { port: 9 } }),
    ).rejects.toThrow(neutronFault(403, 'rule:update_quota'));
  });

  test('refuse an address that is taken and one of no subnet', async () => {
    await using tested = await startTestedCloud();
    const { network } = await makeNet(tested.kuryr);
    const at = (ip_address: string): Promise<unknown> =>
      tested.kuryr.neutron.make('/v2.0/ports', 'port', {
        network_id: network.id,
        fixed_ips: [{ ip_address }],
      });
    await at('10.1.0.50');

    await expect(at('10.1.0.50')).rejects.toThrow(
      neutronFault(409, 'IP address 10.1.0.50 already allocated in subnet'),
    );
    await expect(at('10.2.0.50')).rejects.toThrow(neutronFault(400, 'IP address 10.2.0.50'));
  });

  test('refuse a change of a revision that is not theirs any more', async () => {
    await using tested = await startTestedCloud();
    const { network } = await makeNet(tested.kuryr);
    const port = await tested.kuryr.neutron.make('/v2.0/ports', 'port', { network_id: network.id });
    const path = `/v2.0/ports/${port.id}`;
    const next = await tested.kuryr.neutron.change(path, 'port', { name: 'b' });
    const put = (revision: number): ReturnType<typeof rawPut> =>
      rawPut(tested, `/networking${path}`, {
        headers: { 'if-match': `revision_number=${revision}` },
        body: { port: { name: 'c' } },
      });

    expect(next['revision_number']).toBe((port['revision_number'] as number) + 1);
    expect(await put(0)).toMatchObject({
      status: 412,
      body: {
        NeutronError: {
          type: 'RevisionNumberConstraintFailed',
          message: 'Constrained to 0, but current revision is 1',
        },
      },
    });
    expect(await put(1)).toMatchObject({ status: 200, requestId: expect.stringMatching(/^req-/) });
  });
});

test.describe('lists', () => {
  test('are filtered by names, addresses, owners and tags', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const { network } = await makeNet(tested.kuryr);
    for (const [name, tag] of [
      ['a', 'x'],
      ['b', 'x'],
      ['c', 'y'],
    ]) {
      await neutron.make('/v2.0/ports', 'port', {
        network_id: network.id,
        name,
        tags: [tag, 'all'],
      });
    }
    const names = async (query: object): Promise<unknown[]> =>
      (await neutron.list('/v2.0/ports', 'ports', query as never)).map((port) => port['name']);
    const [first] = await neutron.list('/v2.0/ports', 'ports', { name: 'a' });
    const [address] = first?.['fixed_ips'] as { ip_address: string }[];

    expect(await names({ name: ['a', 'c'] })).toEqual(['a', 'c']);
    expect(await names({ tags: 'x,all' })).toEqual(['a', 'b']);
    expect(await names({ 'tags-any': 'y,z' })).toEqual(['c']);
    expect(await names({ 'not-tags': 'x' })).toEqual(['c']);
    expect(await names({ 'not-tags-any': 'x,y' })).toEqual([]);
    expect(await names({ fixed_ips: `ip_address=${address?.ip_address ?? ''}` })).toEqual(['a']);
    expect(await names({ device_owner: 'compute:kuryr' })).toEqual([]);
    expect(await names({ device_owner: '' })).toEqual(['a', 'b', 'c']);
    expect(await names({ sort_key: 'name', sort_dir: 'desc' })).toEqual(['c', 'b', 'a']);
    expect(await neutron.list('/v2.0/ports', 'ports', { fields: 'name', name: 'a' })).toEqual([
      { name: 'a' },
    ]);
  });

  test('refuse a filter on what no object has, as releases since Rocky do', async () => {
    await using tested = await startTestedCloud();
    await using queens = await startTestedCloud({ series: 'queens', octavia: 'amphora' });
    const asked = { colour: 'red' };

    await expect(tested.kuryr.neutron.list('/v2.0/ports', 'ports', asked)).rejects.toThrow(
      neutronFault(400, "\\['colour'\\] is invalid attribute"),
    );
    expect(await queens.kuryr.neutron.list('/v2.0/ports', 'ports', asked)).toEqual([]);
  });

  test('come in pages that a client can follow', async () => {
    await using tested = await startTestedCloud();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await tested.kuryr.neutron.make('/v2.0/networks', 'network', { name });
    }
    const first = await tested.kuryr.neutron.get('/v2.0/networks', { limit: 2 });

    expect(first['networks']).toHaveLength(2);
    expect(first['networks_links']).toMatchObject([{ rel: 'next' }, { rel: 'previous' }]);
  });

  test('of tags are replaced, grown and cut one by one', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const { network } = await makeNet(tested.kuryr);
    const path = `/v2.0/networks/${network.id}/tags`;
    await neutron.send('PUT', path, { tags: ['a', 'b'] });
    await neutron.send('PUT', `${path}/c%2Fd`);
    await neutron.remove(`${path}/a`);

    expect(await neutron.get(path)).toEqual({ tags: ['b', 'c/d'] });
    await expect(neutron.remove(`${path}/a`)).rejects.toThrow(neutronFault(404, 'Tag a could not'));
  });

  test('of extensions differ by release and backend', async () => {
    const aliases = async (...axes: Parameters<typeof startTestedCloud>): Promise<unknown[]> => {
      await using tested = await startTestedCloud(...axes);
      const listed = await tested.kuryr.neutron.list('/v2.0/extensions', 'extensions');
      return listed.map(({ alias }) => alias);
    };
    const now = await aliases();
    const queens = await aliases({ series: 'queens', ml2: 'ovs', octavia: 'amphora' });

    expect(now).toEqual(expect.arrayContaining(['trunk', 'trunk-details', 'quota_details']));
    expect(now).toContain('tag-ports-during-bulk-creation');
    expect(now).not.toContain('dns-integration');
    expect(now).not.toContain('dhcp_agent_scheduler');
    expect(queens).toEqual(expect.arrayContaining(['trunk', 'dhcp_agent_scheduler']));
    expect(queens).not.toContain('tag-ports-during-bulk-creation');
  });
});
