import { expect, test } from '@playwright/test';
import { type Body, makeNet, startTestedCloud, type TestedCloud } from '../testing.ts';

const fault = (status: number, said: string): string => `found status ${status}, saying "${said}`;

interface Routed {
  readonly external: Body;
  readonly router: Body;
  readonly network: Body;
  readonly subnet: Body;
}

async function makeRouted(tested: TestedCloud): Promise<Routed> {
  const { admin, kuryr } = tested;
  const { network: external } = await makeNet(admin, '172.24.4.0/24', { 'router:external': true });
  const { network, subnet } = await makeNet(kuryr);
  const router = await kuryr.neutron.make('/v2.0/routers', 'router', {
    name: 'r',
    external_gateway_info: { network_id: external.id },
  });
  await kuryr.neutron.send('PUT', `/v2.0/routers/${router.id}/add_router_interface`, {
    subnet_id: subnet.id,
  });
  return { external, router, network, subnet };
}

test.describe('a router', () => {
  test('takes the gateway address of a subnet once', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const { router, subnet } = await makeRouted(tested);
    const [port] = await neutron.list('/v2.0/ports', 'ports', {
      device_owner: 'network:router_interface',
    });

    expect(port).toMatchObject({
      device_id: router.id,
      fixed_ips: [{ subnet_id: subnet.id, ip_address: '10.1.0.1' }],
      security_groups: [],
    });
    await expect(
      neutron.send('PUT', `/v2.0/routers/${router.id}/add_router_interface`, {
        subnet_id: subnet.id,
      }),
    ).rejects.toThrow(fault(400, `Bad router request: Router already has a port on subnet`));
    await expect(neutron.remove(`/v2.0/routers/${router.id}`)).rejects.toThrow(
      fault(409, `Router ${router.id} has ports still attached: `),
    );
    await expect(neutron.remove(`/v2.0/ports/${port?.id ?? ''}`)).rejects.toThrow(
      fault(409, `Port ${port?.id ?? ''} cannot be deleted directly via the port API`),
    );
  });

  test('goes when its interfaces are gone, with its gateway', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const { router, subnet } = await makeRouted(tested);
    const remove = (): Promise<unknown> =>
      neutron.send('PUT', `/v2.0/routers/${router.id}/remove_router_interface`, {
        subnet_id: subnet.id,
      });
    await remove();
    await expect(remove()).rejects.toThrow(
      fault(404, `Router ${router.id} has no interface on subnet ${subnet.id}`),
    );
    await neutron.remove(`/v2.0/routers/${router.id}`);

    expect(tested.cloud.view.ports()).toEqual([]);
  });

  test('refuses routes over hops that it is not connected to', async () => {
    await using tested = await startTestedCloud();
    const { router } = await makeRouted(tested);
    const set = (nexthop: string): Promise<Body> =>
      tested.kuryr.neutron.change(`/v2.0/routers/${router.id}`, 'router', {
        routes: [{ destination: '10.99.0.0/16', nexthop }],
      });

    await expect(set('10.50.0.9')).rejects.toThrow(fault(400, 'Invalid format for routes'));
    expect((await set('10.1.0.9'))['routes']).toHaveLength(1);
  });
});

test.describe('a floating IP', () => {
  test('leads to a port behind the router and is freed with it', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const { external, router, network } = await makeRouted(tested);
    const port = await neutron.make('/v2.0/ports', 'port', { network_id: network.id });
    const floating = await neutron.make('/v2.0/floatingips', 'floatingip', {
      floating_network_id: external.id,
      port_id: port.id,
      description: 'kuryr_lb',
    });

    expect(floating).toMatchObject({
      router_id: router.id,
      port_id: port.id,
      floating_ip_address: expect.stringMatching(/^172\.24\.4\./),
    });
    const read = (): Promise<Body> =>
      neutron.read(`/v2.0/floatingips/${floating.id}`, 'floatingip');
    await expect.poll(async () => (await read())['status']).toBe('ACTIVE');
    await expect(
      neutron.send('PUT', `/v2.0/routers/${router.id}/remove_router_interface`, {
        subnet_id: (port['fixed_ips'] as { subnet_id: string }[])[0]?.subnet_id,
      }),
    ).rejects.toThrow(fault(409, 'Router interface for subnet'));
    await neutron.remove(`/v2.0/ports/${port.id}`);
    expect(await read()).toMatchObject({ port_id: null, router_id: null, status: 'DOWN' });
  });

  test('is one for each fixed address, and only where the external network is reached', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const { external, network } = await makeRouted(tested);
    const lonely = await makeNet(tested.kuryr, '10.7.0.0/24');
    const port = await neutron.make('/v2.0/ports', 'port', { network_id: network.id });
    const far = await neutron.make('/v2.0/ports', 'port', { network_id: lonely.network.id });
    const make = (port_id: string): Promise<Body> =>
      neutron.make('/v2.0/floatingips', 'floatingip', {
        floating_network_id: external.id,
        port_id,
      });
    await make(port.id);

    await expect(make(port.id)).rejects.toThrow(fault(409, 'Cannot associate floating IP'));
    await expect(make(far.id)).rejects.toThrow(
      fault(404, `External network ${external.id} is not reachable from subnet`),
    );
    expect(await neutron.list('/v2.0/floatingips', 'floatingips')).toHaveLength(1);
    expect(tested.cloud.view.ports().every(({ status }) => status !== 'ERROR')).toBe(true);
  });

  test('keeps to its quota', async () => {
    await using tested = await startTestedCloud({}, { quotas: { floatingip: 1 } });
    const { external } = await makeRouted(tested);
    const make = (): Promise<Body> =>
      tested.kuryr.neutron.make('/v2.0/floatingips', 'floatingip', {
        floating_network_id: external.id,
      });
    await make();

    await expect(make()).rejects.toThrow(
      fault(409, "Quota exceeded for resources: ['floatingip']."),
    );
  });
});

test.describe('a security group', () => {
  test('begins with two rules that let everything out', async () => {
    await using tested = await startTestedCloud();
    const group = await tested.kuryr.neutron.make('/v2.0/security-groups', 'security_group', {
      name: 'sg/ns-np',
    });

    expect(group['security_group_rules']).toMatchObject([
      { direction: 'egress', ethertype: 'IPv4', protocol: null },
      { direction: 'egress', ethertype: 'IPv6', protocol: null },
    ]);
  });

  test('refuses rules that are there, or that contradict themselves', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const group = await neutron.make('/v2.0/security-groups', 'security_group', { name: 'g' });
    const rule = (fields: object): Promise<Body> =>
      neutron.make('/v2.0/security-group-rules', 'security_group_rule', {
        security_group_id: group.id,
        direction: 'ingress',
        ...fields,
      });
    const first = await rule({ protocol: 'tcp', port_range_min: 80, port_range_max: 80 });

    await expect(
      rule({ protocol: 6, port_range_min: 80, port_range_max: 80, remote_ip_prefix: '0.0.0.0/0' }),
    ).rejects.toThrow(fault(409, `Security group rule already exists. Rule id is ${first.id}.`));
    await expect(rule({ port_range_min: 80, port_range_max: 80 })).rejects.toThrow(
      fault(400, 'Must also specify protocol if port range is given.'),
    );
    await expect(rule({ remote_ip_prefix: 'fd00::/64' })).rejects.toThrow(
      fault(400, 'Conflicting value ethertype IPv4 for CIDR fd00::/64'),
    );
    await expect(rule({ protocol: 'quic' })).rejects.toThrow(
      fault(400, 'Security group rule protocol quic not supported.'),
    );
  });

  test('stays while a port has it', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const group = await neutron.make('/v2.0/security-groups', 'security_group', { name: 'g' });
    const { network } = await makeNet(tested.kuryr);
    const port = await neutron.make('/v2.0/ports', 'port', {
      network_id: network.id,
      security_groups: [group.id],
    });

    await expect(neutron.remove(`/v2.0/security-groups/${group.id}`)).rejects.toThrow(
      fault(409, `Security Group ${group.id} in use.`),
    );
    await neutron.change(`/v2.0/ports/${port.id}`, 'port', { security_groups: [] });
    await neutron.remove(`/v2.0/security-groups/${group.id}`);
    expect(
      tested.cloud.view.securityGroupRules().some((rule) => rule.security_group_id === group.id),
    ).toBe(false);
  });
});
