import { expect, test } from '@playwright/test';
import { makeNet, startTestedCloud } from '../testing.ts';
import { fault, makeBalancer, makeListener, makeMember, makePool, settled } from './testing.ts';

test.describe('a load balancer of ovn', () => {
  test('is PENDING, then ACTIVE, at the asked address held by a port of its name', async () => {
    await using tested = await startTestedCloud();
    const { network, subnet } = await makeNet(tested.kuryr, '10.79.0.0/16');
    const balancer = await tested.kuryr.octavia.make('/v2/lbaas/loadbalancers', 'loadbalancer', {
      name: 'ns/svc',
      vip_subnet_id: subnet.id,
      vip_address: '10.79.0.50',
      tags: ['kuryr'],
    });

    expect(balancer).toMatchObject({
      provisioning_status: 'PENDING_CREATE',
      provider: 'ovn',
      vip_address: '10.79.0.50',
      vip_network_id: network.id,
      project_id: tested.project,
      tags: ['kuryr'],
      listeners: [],
    });
    const port = tested.cloud.view.port(balancer['vip_port_id'] as string);
    expect(port).toMatchObject({
      name: `ovn-lb-vip-${balancer.id}`,
      device_owner: '',
      status: 'DOWN',
      project_id: tested.project,
    });
    await settled(tested, balancer);
    expect(await tested.admin.octavia.list('/v2/octavia/amphorae', 'amphorae')).toEqual([]);
  });

  test('is immutable while a change takes its course', async () => {
    await using tested = await startTestedCloud({}, { pace: 100 });
    const { subnet } = await makeNet(tested.kuryr);
    const { octavia } = tested.kuryr;
    const { id } = await octavia.make('/v2/lbaas/loadbalancers', 'loadbalancer', {
      vip_subnet_id: subnet.id,
    });
    const listener = { loadbalancer_id: id, protocol: 'TCP', protocol_port: 80 };

    await expect(octavia.make('/v2/lbaas/listeners', 'listener', listener)).rejects.toThrow(
      fault(409, `Load Balancer ${id} is immutable and cannot be updated.`),
    );
    const pool = { loadbalancer_id: id, protocol: 'TCP', lb_algorithm: 'SOURCE_IP_PORT' };
    await expect(octavia.make('/v2/lbaas/pools', 'pool', pool)).rejects.toThrow(
      fault(409, `Load Balancer ${id} is immutable and cannot be updated.`),
    );
    await expect(octavia.remove(`/v2/lbaas/loadbalancers/${id}?cascade=true`)).rejects.toThrow(
      fault(409, `Invalid state PENDING_CREATE of loadbalancer resource ${id}`),
    );
    await expect(
      octavia.change(`/v2/lbaas/loadbalancers/${id}`, 'loadbalancer', { name: 'b' }),
    ).rejects.toThrow(fault(409, `Invalid state PENDING_CREATE of loadbalancer resource ${id}`));
  });

  test('has listeners, pools and members that go with it at once', async () => {
    await using tested = await startTestedCloud();
    const { octavia } = tested.kuryr;
    const { balancer, subnet } = await makeBalancer(tested);
    const listener = await makeListener(tested, balancer);
    const pool = await makePool(tested, balancer, { listener_id: listener.id });
    await makeMember(tested, { balancer, pool }, { address: '10.20.0.5', subnet_id: subnet.id });

    expect(await octavia.get(`/v2/lbaas/loadbalancers/${balancer.id}/status`)).toMatchObject({
      statuses: {
        loadbalancer: {
          provisioning_status: 'ACTIVE',
          listeners: [
            { id: listener.id, pools: [{ id: pool.id, members: [{ address: '10.20.0.5' }] }] },
          ],
        },
      },
    });
    expect(
      await octavia.list('/v2/lbaas/pools', 'pools', { loadbalancer_id: balancer.id }),
    ).toMatchObject([
      { id: pool.id, listeners: [{ id: listener.id }], operating_status: 'ONLINE' },
    ]);
    const path = `/v2/lbaas/loadbalancers/${balancer.id}`;
    await expect(octavia.remove(path)).rejects.toThrow(
      fault(
        400,
        `Validation failure: Cannot delete Load Balancer ${balancer.id} - it has children`,
      ),
    );
    await octavia.remove(`${path}?cascade=true`);
    await expect.poll(() => tested.cloud.view.loadBalancers().length).toBe(0);
    expect(tested.cloud.view.members()).toEqual([]);
    expect(tested.cloud.view.ports()).toEqual([]);
    await expect(octavia.get(path)).rejects.toThrow(
      fault(404, `Load Balancer ${balancer.id} not found.`),
    );
  });

  test('refuses what its driver does not know', async () => {
    await using tested = await startTestedCloud();
    const { balancer } = await makeBalancer(tested);
    const not = "Provider 'ovn' does not support a requested option: OVN provider does not support";

    await expect(makeListener(tested, balancer, { protocol: 'HTTP' })).rejects.toThrow(
      fault(501, `${not} HTTP protocol`),
    );
    await expect(makeListener(tested, balancer, { allowed_cidrs: ['10.0.0.0/8'] })).rejects.toThrow(
      fault(501, `${not} allowed_cidrs option`),
    );
    await expect(
      makePool(tested, balancer, { loadbalancer_id: balancer.id, lb_algorithm: 'ROUND_ROBIN' }),
    ).rejects.toThrow(fault(501, `${not} ROUND_ROBIN algorithm`));
    const listener = await makeListener(tested, balancer);
    await expect(
      tested.kuryr.octavia.make('/v2/lbaas/l7policies', 'l7policy', {
        listener_id: listener.id,
        action: 'REJECT',
      }),
    ).rejects.toThrow(fault(501, "Provider 'ovn' does not support a requested action"));
  });

  test('takes TCP and UDP on one port, but neither twice', async () => {
    await using tested = await startTestedCloud();
    const { balancer } = await makeBalancer(tested);
    await makeListener(tested, balancer, { protocol_port: 53 });
    await makeListener(tested, balancer, { protocol_port: 53, protocol: 'UDP' });

    await expect(makeListener(tested, balancer, { protocol_port: 53 })).rejects.toThrow(
      fault(409, 'Another Listener on this Load Balancer is already using protocol TCP'),
    );
  });

  test('has each member once and takes all members in one request', async () => {
    await using tested = await startTestedCloud();
    const { octavia } = tested.kuryr;
    const { balancer, subnet } = await makeBalancer(tested);
    const pool = await makePool(tested, balancer, { loadbalancer_id: balancer.id });
    const one = { address: '10.20.0.5', subnet_id: subnet.id };
    await makeMember(tested, { balancer, pool }, one);
    const path = `/v2/lbaas/pools/${pool.id}/members`;

    await expect(makeMember(tested, { balancer, pool }, one)).rejects.toThrow(
      fault(409, 'Another member on this pool is already using ip 10.20.0.5'),
    );
    await octavia.send('PUT', path, {
      members: [{ address: '10.20.0.6', protocol_port: 8080, subnet_id: subnet.id }],
    });
    await settled(tested, balancer);
    expect(await octavia.list(path, 'members')).toMatchObject([{ address: '10.20.0.6' }]);
  });

  test('belongs to its project, whose user needs a role and keeps to a quota', async () => {
    await using tested = await startTestedCloud();
    const { balancer, subnet } = await makeBalancer(tested);
    const stranger = await tested.open(tested.cloud.cloudsYaml('stranger'));
    await tested.admin.octavia.send('PUT', `/v2/lbaas/quotas/${tested.project}`, {
      quota: { load_balancer: 1 },
    });

    await expect(stranger.octavia.get('/v2/lbaas/loadbalancers')).rejects.toThrow(
      fault(403, 'Policy does not allow this request to be performed.'),
    );
    await expect(
      tested.kuryr.octavia.make('/v2/lbaas/loadbalancers', 'loadbalancer', {
        vip_subnet_id: subnet.id,
      }),
    ).rejects.toThrow(fault(403, 'Quota has been met for resources: Load Balancer'));
    expect(
      await tested.admin.octavia.list('/v2/lbaas/loadbalancers', 'loadbalancers'),
    ).toMatchObject([{ id: balancer.id }]);
    expect(await tested.kuryr.octavia.get(`/v2/lbaas/quotas/${tested.project}`)).toMatchObject({
      quota: { load_balancer: 1, listener: -1 },
    });
  });

  test('does not take an address that is taken', async () => {
    await using tested = await startTestedCloud();
    const { subnet } = await makeBalancer(tested);

    await expect(
      tested.kuryr.octavia.make('/v2/lbaas/loadbalancers', 'loadbalancer', {
        vip_subnet_id: subnet.id,
        vip_address: '10.79.0.50',
      }),
    ).rejects.toThrow(
      fault(500, "Provider 'ovn' reports error: IP address 10.79.0.50 already allocated"),
    );
  });
});
